"""GetBackendJob, ListBackendJobs, UpdateBackendJob, and the extension that lists a job's steps."""

from msgspec import Struct, field

from preamp.control.answers import backend_job, listed_job
from preamp.control.backend import ERRORS
from preamp.control.context import Control, app_of, environment_of
from preamp.control.errors import BadRequestException, NotFoundException
from preamp.control.model import (
    BackendJobResponse,
    GetBackendJobRequest,
    ListBackendJobsRequest,
    ListBackendJobsResponse,
    UpdateBackendJobRequest,
)
from preamp.control.service import extension, service
from preamp.jobs import Job
from preamp.kit.seal import BrokenSealError, Sealer
from preamp.wire import Label

_PAGE = 25


class ListJobStepsRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of ListBackendJobSteps."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    job_id: Label = ""


class StepResponse(Struct, frozen=True, kw_only=True):
    """One step; `status` is RUNNING or COMPLETED, `seconds` how long it took."""

    name: str
    phase: str
    status: str
    seconds: float | None = None


class ListJobStepsResponse(Struct, frozen=True, kw_only=True, rename="camel"):
    """The steps of a job, oldest first."""

    status: str
    steps: list[StepResponse] = field(default_factory=list)


@service.operation("GetBackendJob", "GET /backend/{appId}/job/{backendEnvironmentName}/{jobId}", *ERRORS)
async def get_backend_job(control: Control, request: GetBackendJobRequest) -> BackendJobResponse:
    """One job."""
    job = await _job(control, request.app_id, request.backend_environment_name, request.job_id)
    return backend_job(job, request.backend_environment_name)


@service.operation("ListBackendJobs", "POST /backend/{appId}/job/{backendEnvironmentName}", *ERRORS)
async def list_backend_jobs(control: Control, request: ListBackendJobsRequest) -> ListBackendJobsResponse:
    """The environment's jobs, newest first; filters are AND-ed. Jobs started meanwhile do not shift the pages."""
    app_id, environment = request.app_id, request.backend_environment_name
    count = request.max_results or _PAGE
    before = _before(control, request) if request.next_token else None
    jobs = await control.jobs.jobs(
        app_id,
        environment,
        count=count + 1,
        before=before,
        job_id=request.job_id,
        operation=request.operation,
        status=request.status,
    )
    if not jobs and before is None:
        await app_or_job_of(control, app_id, environment)
    if len(jobs) <= count:
        return ListBackendJobsResponse(jobs=tuple([listed_job(job, environment) for job in jobs]))
    more = _pages(control).token(jobs[count - 1].sort, _listing(request))
    return ListBackendJobsResponse(jobs=tuple([listed_job(job, environment) for job in jobs[:count]]), next_token=more)


def _before(control: Control, request: ListBackendJobsRequest) -> str:
    try:
        return _pages(control).read_token(request.next_token or "", _listing(request), str)
    except BrokenSealError:
        raise BadRequestException("$.nextToken is not of a listing with these arguments; begin without it.") from None


def _listing(request: ListBackendJobsRequest) -> str:
    """The arguments of a listing: its page tokens are good for no other."""
    names = (request.app_id, request.backend_environment_name, request.job_id, request.operation, request.status)
    return "\n".join(name or "" for name in names)


@service.operation("UpdateBackendJob", "POST /backend/{appId}/job/{backendEnvironmentName}/{jobId}", *ERRORS)
async def update_backend_job(control: Control, request: UpdateBackendJobRequest) -> BackendJobResponse:
    """Cancel a running job: `status` FAILED. What the job had made is removed again. Nothing else can be changed."""
    app_id, environment = request.app_id, request.backend_environment_name
    job = await _job(control, app_id, environment, request.job_id)
    if request.operation is not None and request.operation != job.operation:
        raise BadRequestException(f"$.operation of a job cannot be changed; this one is {job.operation!r}.")
    if request.status is None or request.status == job.status:
        return backend_job(job, environment)
    if job.status != "RUNNING":
        raise BadRequestException(f"$.status: the job has ended as {job.status}, which never changes.")
    if request.status != "FAILED":
        raise BadRequestException("$.status: a running job can only be set to FAILED, which cancels it.")
    if not await control.jobs.cancel(job, "The job was cancelled by UpdateBackendJob."):
        raise BadRequestException("$.status: the job's work is done already; it can no longer be cancelled.")
    return backend_job(await _job(control, app_id, environment, request.job_id), environment)


@extension.operation(
    "ListBackendJobSteps", "GET /preamp/backend/{appId}/job/{backendEnvironmentName}/{jobId}/steps", *ERRORS
)
async def list_backend_job_steps(control: Control, request: ListJobStepsRequest) -> ListJobStepsResponse:
    """What a job has done and is doing (an extension; AWS's API shows no steps)."""
    job = await _job(control, request.app_id, request.backend_environment_name, request.job_id)
    return ListJobStepsResponse(
        status=job.status,
        steps=[
            StepResponse(
                name=step.name,
                phase=step.phase,
                status="COMPLETED" if step.ended_ms else "RUNNING",
                seconds=(step.ended_ms - step.started_ms) / 1000 if step.ended_ms else None,
            )
            for step in await control.jobs.steps(job.job_id)
        ],
    )


def _pages(control: Control) -> Sealer:
    return control.sealer.purpose("job pages")


async def _job(control: Control, app_id: str, environment: str, job_id: str) -> Job:
    job = await control.jobs.job(app_id, environment, job_id)
    if job is None:
        raise NotFoundException("job", job_id)
    return job


async def app_or_job_of(control: Control, app_id: str, environment: str) -> None:
    """Refuse an environment that neither is nor has had a job."""
    if await control.jobs.jobs(app_id, environment, count=1):
        return
    await app_of(control.db, app_id)
    await environment_of(control.db, app_id, environment)
