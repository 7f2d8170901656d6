"""How Amplify makes names: plurals, camel case, and the names of generated operations and types.

Plurals follow npm `pluralize` 8.0.0, which the transformer asks for every `listXs`, `syncXs`, `searchXs` and index
name; the tests compare them over a word list. A name of GraphQL is ASCII, so the rules are too.
"""

import hashlib
import re

SCALARS = {
    "String": "String",
    "Int": "Int",
    "Float": "Float",
    "Boolean": "Boolean",
    "ID": "ID",
    "BigInt": "Int",
    "Double": "Float",
    "AWSDate": "String",
    "AWSTime": "String",
    "AWSDateTime": "String",
    "AWSTimestamp": "Int",
    "AWSEmail": "String",
    "AWSJSON": "String",
    "AWSURL": "String",
    "AWSPhone": "String",
    "AWSIPAddress": "String",
}
"""Every scalar the transformer knows, with the standard scalar whose filter it shares."""

LONGEST_SUBSCRIPTION = 50

_IRREGULAR_PAIRS = """
i:we me:us he:they she:they them:them myself:ourselves yourself:yourselves itself:themselves herself:themselves
himself:themselves themself:themselves is:are was:were has:have this:these that:those echo:echoes dingo:dingoes
volcano:volcanoes tornado:tornadoes torpedo:torpedoes genus:genera viscus:viscera stigma:stigmata stoma:stomata
dogma:dogmata lemma:lemmata schema:schemata anathema:anathemata ox:oxen axe:axes die:dice yes:yeses foot:feet
eave:eaves goose:geese tooth:teeth quiz:quizzes human:humans proof:proofs carve:carves valve:valves looey:looies
thief:thieves groove:grooves pickaxe:pickaxes passerby:passersby
"""
_IRREGULAR = dict(pair.split(":") for pair in _IRREGULAR_PAIRS.split())
_PLURALS = frozenset(_IRREGULAR.values())

_UNCOUNTABLE_WORDS = """
adulthood advice agenda aid aircraft alcohol ammo analytics anime athletics audio bison blood bream buffalo butter
carp cash chassis chess clothing cod commerce cooperation corps debris diabetes digestion elk energy equipment
excretion expertise firmware flounder fun gallows garbage graffiti hardware headquarters health herpes highjinks
homework housework information jeans justice kudos labour literature machinery mackerel mail media mews moose music
mud manga news only personnel pike plankton pliers police pollution premises rain research rice salmon scissors
series sewage shambles shrimp software species staff swine tennis traffic transportation trout tuna wealth welfare
whiting wildebeest wildlife you
"""
_UNCOUNTABLE = frozenset(_UNCOUNTABLE_WORDS.split())

_LATIN_US = "alumn|syllab|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat"
_LATIN_UM = "agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|curricul|automat|quor"
_GREEK_ON = "apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat"

# The first pattern that fits decides. An empty plural keeps the word as it is.
_ENDINGS = tuple(
    (re.compile(rf"(?:{pattern})\Z", re.IGNORECASE | re.ASCII), plural)
    for pattern, plural in (
        (r"sheep|pox|o[iu]s|measles|fish|deer|[^aeiou]ese|pokemon", r"\g<0>"),
        (r"\Athou", "you"),
        (r"m[ae]n", "men"),
        (r"eaux", r"\g<0>"),
        (r"(child)(?:ren)?", r"\1ren"),
        (r"(pe)(?:rson|ople)", r"\1ople"),
        (r"\b((?:tit)?m|l)(?:ice|ouse)", r"\1ice"),
        (r"(matr|cod|mur|sil|vert|ind|append)(?:ix|ex)", r"\1ices"),
        (r"(x|ch|ss|sh|zz)", r"\1es"),
        (r"([^ch][ieo][ln])ey", r"\1ies"),
        (r"([^aeiouy]|qu)y", r"\1ies"),
        (r"(?:(kni|wi|li)fe|(ar|l|ea|eo|oa|hoo)f)", r"\1\2ves"),
        (r"sis", "ses"),
        (rf"({_GREEK_ON})(?:a|on)", r"\1a"),
        (rf"({_LATIN_UM})(?:a|um)", r"\1a"),
        (r"(her|at|gr)o", r"\1oes"),
        (r"(seraph|cherub)(?:im)?", r"\1im"),
        (r"(alumn|alg|vertebr)(?:a|ae)", r"\1ae"),
        (rf"({_LATIN_US})(?:us|i)", r"\1i"),
        (r"([^l]ias|[aeiou]las|[ejzr]as|[iu]am)", r"\1"),
        (r"(e[mn]u)s?", r"\1s"),
        (r"(alias|[^aou]us|t[lm]as|gas|ris)", r"\1es"),
        (r"(ax|test)is", r"\1es"),
        (r"s?", "s"),
    )
)


def pluralize(word: str) -> str:
    """Give the plural as npm `pluralize` does, in the case of the word: Category Categories, Sheep Sheep, A AS."""
    token = word.lower()
    if token in _PLURALS:
        return _in_case_of(word, token)
    if token in _IRREGULAR:
        return _in_case_of(word, _IRREGULAR[token])
    if not token or token in _UNCOUNTABLE:
        return word
    for pattern, plural in _ENDINGS:
        found = pattern.search(word)
        if found is not None:
            before = found[0] or word[found.start() - 1]
            return word[: found.start()] + _in_case_of(before, found.expand(plural)) + word[found.end() :]
    return word


def _in_case_of(model: str, word: str) -> str:
    if model == word:
        return word
    if model == model.lower():
        return word.lower()
    if model == model.upper():
        return word.upper()
    if model[0] == model[0].upper():
        return word[:1].upper() + word[1:].lower()
    return word.lower()


def upper_first(word: str) -> str:
    """Make the first letter a capital and leave the rest."""
    return word[:1].upper() + word[1:]


def lower_first(word: str) -> str:
    """Make the first letter small and leave the rest."""
    return word[:1].lower() + word[1:]


def camel_case(*words: str) -> str:
    """Join words: the first begins small, the others with a capital."""
    parts = [word for word in words if word]
    return "".join(lower_first(word) if at == 0 else upper_first(word) for at, word in enumerate(parts))


def pascal_case(*words: str) -> str:
    """Join words, each beginning with a capital."""
    return "".join(upper_first(word) for word in words)


def graphql_name(text: str) -> str:
    """Drop what no GraphQL name may hold."""
    return re.sub(r"^[^_A-Za-z]+|[^_0-9A-Za-z]", "", text) if text.strip() else ""


def operation_name(operation: str, model: str) -> str:
    """Name a generated field: `getX`, `listXs`, `syncXs`, `createX`, `onCreateX`; long subscriptions end in a hash."""
    if operation in ("list", "sync"):
        return camel_case(operation, pluralize(model))
    name = camel_case(operation, model)
    if operation.startswith("on") and len(name) > LONGEST_SUBSCRIPTION:
        return name[:45] + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:5]
    return name


def key_condition_type(scalar: str) -> str:
    """Name the sort key condition of a scalar: AWSDate gives ModelStringKeyConditionInput."""
    return f"Model{SCALARS.get(scalar, scalar)}KeyConditionInput"


def filter_type(scalar: str, *, subscription: bool = False, of_list: bool = False) -> str:
    """Name the filter input of a scalar or enum field."""
    prefix = "ModelSubscription" if subscription else "Model"
    return f"{prefix}{SCALARS.get(scalar, scalar)}{'List' if of_list else ''}Input"
