"""What became of each item of a project: as it was, changed, or not supported, and where it stands."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Status = Literal["as is", "changed", "not supported", "unreadable"]

ORDER: tuple[Status, ...] = ("unreadable", "not supported", "changed", "as is")


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item. `file` is named as the user gave it; `line` counts from 1, 0 = the file as a whole.

    `what` is the fact, `todo` what a person may do about it (empty: nothing).
    """

    status: Status
    resource: str
    item: str
    what: str
    todo: str = ""
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """FILE:LINE, or FILE."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Report(Struct, frozen=True, kw_only=True):
    """All findings of one import."""

    project: str
    environment: str
    findings: tuple[Finding, ...] = ()

    def count(self, status: Status) -> int:
        """How many items have a status."""
        return sum(1 for finding in self.findings if finding.status == status)

    def with_findings(self, more: Iterable[Finding]) -> "Report":
        """The report with further findings."""
        return Report(project=self.project, environment=self.environment, findings=(*self.findings, *more))

    def summary(self) -> str:
        """One line: how many of each."""
        return ", ".join(f"{self.count(status)} {status}" for status in reversed(ORDER))

    def markdown(self) -> str:
        """The report for a person: what needs attention first, then what was taken."""
        lines = [f"# Import of {self.project}, environment {self.environment}", "", self.summary() + ".", ""]
        for status in ORDER:
            found = [finding for finding in self.findings if finding.status == status]
            if found:
                lines += [
                    f"## {status.capitalize()}",
                    "",
                    "| resource | item | | what to do | where |",
                    "|---|---|---|---|---|",
                ]
                lines += [_row(finding) for finding in found]
                lines.append("")
        return "\n".join(lines)


def _row(finding: Finding) -> str:
    cells = (finding.resource, finding.item, finding.what, finding.todo, finding.place)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
