"""Amplify Gen 1 on disk: projects that come in, client configuration that goes out.

`files.py` reads a directory or a ZIP within bounds, `documents.py` the JSON in it. `project.py` finds the environment
and the resources; `api.py`, `auth.py`, `storage.py` and `others.py` turn each into operations of the Amplify Backend
API and into findings, which `report.py` shows. Nothing stops at the first problem: what cannot be read is a finding.

`exports.py` writes what client libraries are configured with. All is pure but `read_files`.
"""

from preamp.gen1.exports import FILE_NAMES, FORMATS, MODES, Backend, Format, Mode, backend_of, declaration, written
from preamp.gen1.files import Files, Unreadable, read_files
from preamp.gen1.project import plan_import, with_reference
from preamp.gen1.report import Finding, Report
from preamp.gen1.values import Group, ImportPlan, Step, Target, Unserved

__all__ = [
    "FILE_NAMES",
    "FORMATS",
    "MODES",
    "Backend",
    "Files",
    "Finding",
    "Format",
    "Group",
    "ImportPlan",
    "Mode",
    "Report",
    "Step",
    "Target",
    "Unreadable",
    "Unserved",
    "backend_of",
    "declaration",
    "plan_import",
    "read_files",
    "with_reference",
    "written",
]
