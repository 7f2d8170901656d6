"""The directives a developer may write, as GraphQL definitions, and the scalars AppSync knows.

They serve to check a document; the names, arguments and types are Amplify's (graphql-directives 1.1).
"""

from functools import cache

from graphql import DocumentNode, parse

APPSYNC = """
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String!]!) on FIELD_DEFINITION
directive @aws_api_key on FIELD_DEFINITION | OBJECT
directive @aws_iam on FIELD_DEFINITION | OBJECT
directive @aws_oidc on FIELD_DEFINITION | OBJECT
directive @aws_cognito_user_pools(cognito_groups: [String!]) on FIELD_DEFINITION | OBJECT
directive @aws_lambda on FIELD_DEFINITION | OBJECT
directive @deprecated(reason: String) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION | ENUM | ENUM_VALUE
"""

AMPLIFY = """
input ModelMutationMap { create: String update: String delete: String }
input ModelQueryMap { get: String list: String }
input ModelSubscriptionMap {
  onCreate: [String] onUpdate: [String] onDelete: [String] level: ModelSubscriptionLevel
}
enum ModelSubscriptionLevel { off public on }
input TimestampConfiguration { createdAt: String updatedAt: String }
directive @model(
  queries: ModelQueryMap mutations: ModelMutationMap subscriptions: ModelSubscriptionMap
  timestamps: TimestampConfiguration
) on OBJECT
enum InvocationType { RequestResponse Event }
directive @function(
  name: String! region: String accountId: String invocationType: InvocationType = RequestResponse
) repeatable on FIELD_DEFINITION
enum HttpMethod { GET POST PUT DELETE PATCH }
input HttpHeader { key: String value: String }
directive @http(method: HttpMethod = GET url: String! headers: [HttpHeader] = []) on FIELD_DEFINITION
enum PredictionsActions { identifyText identifyLabels convertTextToSpeech translateText }
directive @predictions(actions: [PredictionsActions!]!) on FIELD_DEFINITION
directive @primaryKey(sortKeyFields: [String]) on FIELD_DEFINITION
input ProjectionInput { type: ProjectionType nonKeyAttributes: [String] }
enum ProjectionType { ALL KEYS_ONLY INCLUDE }
directive @index(
  name: String sortKeyFields: [String] queryField: String projection: ProjectionInput
) repeatable on FIELD_DEFINITION
directive @hasMany(
  indexName: String fields: [String!] references: [String!] limit: Int = 100
) on FIELD_DEFINITION
directive @hasOne(fields: [String!] references: [String!]) on FIELD_DEFINITION
directive @manyToMany(relationName: String! limit: Int = 100) on FIELD_DEFINITION
directive @belongsTo(fields: [String!] references: [String!] overrideIndexName: String) on FIELD_DEFINITION
input ConversationAuth { strategy: ConversationAuthStrategy! provider: ConversationAuthProvider! }
enum ConversationAuthStrategy { owner }
enum ConversationAuthProvider { userPools }
input ConversationHandlerFunctionConfiguration { functionName: String! eventVersion: String! }
input ToolMap {
  name: String! description: String! queryName: String modelName: String
  modelOperation: ConversationToolModelOperation
}
enum ConversationToolModelOperation { list }
input ConversationInferenceConfiguration { maxTokens: Int temperature: Float topP: Float }
directive @conversation(
  aiModel: String! systemPrompt: String! auth: ConversationAuth! functionName: String
  handler: ConversationHandlerFunctionConfiguration tools: [ToolMap]
  inferenceConfiguration: ConversationInferenceConfiguration
) on FIELD_DEFINITION
input GenerationInferenceConfiguration { maxTokens: Int temperature: Float topP: Float }
directive @generation(
  aiModel: String! systemPrompt: String! inferenceConfiguration: GenerationInferenceConfiguration
) on FIELD_DEFINITION
directive @default(value: String) on FIELD_DEFINITION
directive @mapsTo(name: String!) on OBJECT
directive @sql(statement: String reference: String) on FIELD_DEFINITION
directive @refersTo(name: String!) on OBJECT | FIELD_DEFINITION
input SearchableQueryMap { search: String }
directive @searchable(queries: SearchableQueryMap) on OBJECT
enum ValidationType { gt lt gte lte minLength maxLength startsWith endsWith matches }
directive @validate(type: ValidationType! value: String! errorMessage: String) repeatable on FIELD_DEFINITION
input AuthRule {
  allow: AuthStrategy! provider: AuthProvider identityClaim: String groupClaim: String ownerField: String
  groupsField: String groups: [String] operations: [ModelOperation]
}
enum AuthStrategy { owner groups private public custom }
enum AuthProvider { apiKey iam identityPool oidc userPools function }
enum ModelOperation { create update delete read list get sync listen search }
directive @auth(rules: [AuthRule!]!) on OBJECT | FIELD_DEFINITION
"""

AMPLIFY_V1 = """
input ModelMutationMap { create: String update: String delete: String }
input ModelQueryMap { get: String list: String }
input ModelSubscriptionMap {
  onCreate: [String] onUpdate: [String] onDelete: [String] level: ModelSubscriptionLevel
}
enum ModelSubscriptionLevel { off public on }
input TimestampConfiguration { createdAt: String updatedAt: String }
directive @model(
  queries: ModelQueryMap mutations: ModelMutationMap subscriptions: ModelSubscriptionMap
  timestamps: TimestampConfiguration
) on OBJECT
directive @versioned(versionField: String = "version" versionInput: String = "expectedVersion") on OBJECT
directive @function(name: String! region: String) repeatable on FIELD_DEFINITION
enum HttpMethod { GET POST PUT DELETE PATCH }
input HttpHeader { key: String value: String }
directive @http(method: HttpMethod = GET url: String! headers: [HttpHeader] = []) on FIELD_DEFINITION
directive @key(name: String fields: [String!]! queryField: String) repeatable on OBJECT
directive @connection(
  name: String keyField: String sortField: String keyName: String limit: Int fields: [String!]
) on FIELD_DEFINITION
enum PredictionsActions { identifyText identifyLabels convertTextToSpeech translateText }
directive @predictions(actions: [PredictionsActions!]!) on FIELD_DEFINITION
input SearchableQueryMap { search: String }
directive @searchable(queries: SearchableQueryMap) on OBJECT
input AuthRule {
  allow: AuthStrategy! identityField: String provider: AuthProvider identityClaim: String groupClaim: String
  ownerField: String groupsField: String groups: [String] operations: [ModelOperation] queries: [ModelQuery]
  mutations: [ModelMutation]
}
enum AuthStrategy { owner groups private public }
enum AuthProvider { apiKey iam oidc userPools }
enum ModelOperation { create update delete read }
enum ModelQuery { get list }
enum ModelMutation { create update delete }
directive @auth(rules: [AuthRule!]!) on OBJECT | FIELD_DEFINITION
"""

SCALARS = """
scalar AWSDate
scalar AWSTime
scalar AWSDateTime
scalar AWSTimestamp
scalar AWSEmail
scalar AWSJSON
scalar AWSURL
scalar AWSPhone
scalar AWSIPAddress
scalar BigInt
scalar Double
"""

APPSYNC_DIRECTIVES = frozenset(
    [
        "aws_subscribe",
        "aws_auth",
        "aws_api_key",
        "aws_iam",
        "aws_oidc",
        "aws_cognito_user_pools",
        "aws_lambda",
        "deprecated",
    ]
)
"""What stays in the API's schema as the developer wrote it."""

AMPLIFY_DIRECTIVES = (
    "model",
    "function",
    "http",
    "predictions",
    "primaryKey",
    "index",
    "hasMany",
    "hasOne",
    "manyToMany",
    "belongsTo",
    "conversation",
    "generation",
    "default",
    "mapsTo",
    "sql",
    "refersTo",
    "searchable",
    "validate",
    "auth",
)
"""In the order in which Amplify looks at them, which decides the error that is found first."""

AMPLIFY_V1_DIRECTIVES = (
    "model",
    "versioned",
    "function",
    "http",
    "key",
    "connection",
    "predictions",
    "searchable",
    "auth",
)
"""The same for transformer 1."""

V1_DIRECTIVES = ("connection", "key", "versioned")
"""Those that only transformer 1 knows."""

V2_DIRECTIVES = ("hasOne", "index", "primaryKey", "belongsTo", "manyToMany", "hasMany", "default")
"""Those of transformer 2 that make transformer 1 speak of migration."""


@cache
def definitions(which: str) -> DocumentNode:
    """Parse one of the texts above, once."""
    texts = {"appsync": APPSYNC, "amplify": AMPLIFY, "amplify v1": AMPLIFY_V1, "scalars": SCALARS}
    return parse(texts[which])
