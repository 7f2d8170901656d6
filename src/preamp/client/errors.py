"""What can go wrong, as the caller sees it."""

from preamp.control.model import BackendJobResponse


class OperationError(Exception):
    """The service answered an error. `code` is its name, such as NotFoundException; `status` the HTTP status."""

    def __init__(self, code: str, message: str, status: int, request_id: str, members: dict[str, object]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.request_id = request_id
        self.members = members


class Unreachable(Exception):
    """No answer came, also after the repetitions."""


class JobFailed(Exception):
    """A job that was waited for ended as FAILED; `job` tells why in `error`."""

    def __init__(self, job: BackendJobResponse) -> None:
        super().__init__(job.error or f"job {job.job_id} ({job.operation}) failed and does not say why")
        self.job = job


class JobTimeout(Exception):
    """A job has not ended in the time that was given; it goes on."""

    def __init__(self, job: BackendJobResponse, seconds: float) -> None:
        super().__init__(f"job {job.job_id} ({job.operation}) has not ended in {seconds:g} s")
        self.job = job
