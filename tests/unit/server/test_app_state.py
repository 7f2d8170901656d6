"""The Amplify CLI's question whether an app is administered here."""

import json

import boto3
import httpx2

import server


def test_an_app_with_a_console_configuration_names_its_user_pool(running: server.Server) -> None:
    """Before CreateBackendConfig, and for what is no app, the answer is empty; no signature is needed."""
    ready = running.ready
    amplify = boto3.client(
        "amplifybackend",
        endpoint_url=ready.http,
        region_name="us-east-1",
        aws_access_key_id=ready.access_key_id,
        aws_secret_access_key=ready.secret_access_key,
    )

    def state(app_id: str) -> object:
        return httpx2.get(f"{ready.http}/AppState/", params={"appId": app_id}).json()

    def done(started: dict[str, str]) -> None:
        members = {
            "AppId": "dstate",
            "BackendEnvironmentName": started["BackendEnvironmentName"],
            "JobId": started["JobId"],
        }
        while amplify.get_backend_job(**members)["Status"] == "RUNNING":
            pass

    done(amplify.create_backend(AppId="dstate", AppName="State", BackendEnvironmentName="dev", ResourceConfig={}))
    before = state("dstate")
    done(amplify.create_backend_config(AppId="dstate"))
    after = httpx2.get(f"{ready.http}/AppState/", params={"appId": "dstate"}).json()
    amplify.close()

    assert before == state("dnobody") == state("x" * 100) == state("\0") == {}
    assert (after["appId"], after["region"]) == ("dstate", "us-east-1")
    assert json.loads(after["loginAuthConfig"])["aws_user_pools_id"].startswith("us-east-1_")


def test_a_sandbox_is_never_found(running: server.Server) -> None:
    found = httpx2.get(f"{running.ready.http}/AppState/1234")

    assert found.status_code == 404
    assert found.json() == {"message": "Requested app was not found"}
