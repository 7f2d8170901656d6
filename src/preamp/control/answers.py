"""Jobs as the operations answer them."""

from preamp.control.model import BackendJobRespObj, BackendJobResponse, JobResponse, StorageJobResponse
from preamp.jobs import Job


def job_response(job: Job) -> JobResponse:
    """The answer of a call that started a job."""
    return JobResponse(
        app_id=job.app_id,
        backend_environment_name=job.environment,
        job_id=job.job_id,
        operation=job.operation,
        status=job.status,
    )


def storage_job_response(job: Job) -> StorageJobResponse:
    """The shorter answer of the storage operations and CreateBackendConfig."""
    return StorageJobResponse(
        app_id=job.app_id, backend_environment_name=job.environment, job_id=job.job_id, status=job.status
    )


def backend_job(job: Job, environment: str) -> BackendJobResponse:
    """One job, seen from an environment; `error` is told once the job has failed."""
    return BackendJobResponse(
        app_id=job.app_id,
        backend_environment_name=job.environment or environment,
        create_time=str(job.created_ms),
        error=job.error if job.status == "FAILED" else None,
        job_id=job.job_id,
        operation=job.operation,
        status=job.status,
        update_time=str(job.updated_ms),
    )


def listed_job(job: Job, environment: str) -> BackendJobRespObj:
    """One job in a list."""
    return BackendJobRespObj(
        app_id=job.app_id,
        backend_environment_name=job.environment or environment,
        create_time=str(job.created_ms),
        error=job.error if job.status == "FAILED" else None,
        job_id=job.job_id,
        operation=job.operation,
        status=job.status,
        update_time=str(job.updated_ms),
    )
