"""Durable jobs: what the Amplify Backend API answers as a job is a row here, and survives the process that runs it.

A workflow is a function of steps. A finished step is recorded with its result and never runs again; after a crash the
job is claimed anew and continues behind its last record. A job goes through phases: *forward* (the work), then either
*settle* (tidying after the point of no return) or *undo* (removing what was made), then *done*: COMPLETED or FAILED.
It holds its environments' locks until it is done, so one job at a time works on an environment.

A claim is a lease: a node that dies loses its jobs when the lease ends, and every record checks that the lease is still
the writer's (fencing), so a node that was only slow cannot write behind its successor.
"""

from preamp.jobs.records import WHOLE_APP, Job, JobRequest, JobStep
from preamp.jobs.worker import Busy, Failure, Jobs, Run, Workflow

__all__ = ["WHOLE_APP", "Busy", "Failure", "Job", "JobRequest", "JobStep", "Jobs", "Run", "Workflow"]
