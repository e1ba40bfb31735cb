"""`docker compose up` on a real engine: nothing before it, twice, and after a `down`."""

import pytest

from tests.compose.project import SERVICES, Project

INVERTER = {
    "name": "Roof",
    "source": {"kind": "solaredge", "site_id": "1", "token": "A" * 32, "url": "http://192.0.2.1:9"},
    "wattpilot_id": 1,
}


@pytest.fixture(scope="module")
def running(project: Project) -> Project:
    """The swarm after its very first `up`."""
    project.compose("up", "--detach", "--wait")
    return project


def test_everything_is_healthy_without_wattpilot_and_inverter_and_says_what_it_waits_for(running: Project) -> None:
    assert {running.inspect(service)["State"]["Health"]["Status"] for service in SERVICES} == {"healthy"}
    assert "waits for WATTPILOT_HOST" in running.health("wp-bridge")
    assert "waits for an inverter" in running.health("fetcher")
    assert running.health("controller") == running.health("api") == "ok\n"


def test_a_second_up_changes_nothing(running: Project) -> None:
    before = running.started()
    running.compose("up", "--detach", "--wait")
    assert running.started() == before
    assert "everything is there already" in running.compose("logs", "--tail", "1", "setup")


def test_the_passwords_that_a_person_looks_up_open_the_broker(running: Project) -> None:
    for account in ("explorer", "operator"):
        password = running.password(account)
        client = ["mosquitto_sub", "-u", account, "-P", password, "-t", "sunpilot/service/+/+", "-C", "1", "-W", "5"]
        assert '"online":true' in running.compose("exec", "-T", "broker", *client)


def test_no_service_reads_anothers_secrets(running: Project) -> None:
    for service in ("broker", "store", "fetcher", "controller", "wp-bridge"):
        for secret in ("api/api-key", "setup/store", "setup/api-key"):
            assert running.try_compose("exec", "-T", service, "cat", f"/secrets/{secret}").returncode != 0
    assert running.try_compose("exec", "-T", "wp-bridge", "cat", "/secrets/bridge-2/broker-password").returncode != 0


@pytest.mark.parametrize("service", [*SERVICES, "setup"])
def test_a_container_may_do_no_more_than_it_must(running: Project, service: str) -> None:
    running.require_confined(service)
    if service == "setup":
        assert running.inspect(service)["HostConfig"]["NetworkMode"] == "none"


def test_only_the_page_is_open_to_the_network(running: Project) -> None:
    published = {
        (service, port, one["HostIp"])
        for service in SERVICES
        for port, bindings in running.inspect(service)["HostConfig"]["PortBindings"].items()
        for one in bindings
    }
    assert published == {("api", "7080/tcp", "0.0.0.0"), ("broker", "1883/tcp", "127.0.0.1")}


def test_a_bridge_cannot_reach_the_store(running: Project) -> None:
    program = "import socket; socket.create_connection(('store', 6379), 2)"
    assert running.try_compose("exec", "-T", "api", "python", "-c", program).returncode == 0
    assert running.try_compose("exec", "-T", "wp-bridge", "python", "-c", program).returncode != 0


def everything_kept(running: Project) -> list[object]:
    resources = [one for name in ("inverters", "houses") for one in running.get(f"/api/v1/{name}")]
    configured = [{name: one[name] for name in one.keys() - {"reading", "source_state"}} for one in resources]
    return [running.key(), running.password("explorer"), *configured]


def test_down_and_up_keep_all_data(running: Project) -> None:
    running.call("POST", "/api/v1/inverters", INVERTER)
    before = everything_kept(running)
    running.compose("down")
    running.compose("up", "--detach", "--wait")
    assert everything_kept(running) == before


def test_a_second_wattpilot_needs_no_restart_of_anything(running: Project) -> None:
    before = running.started()
    running.environment = {"COMPOSE_PROFILES": "second", "WATTPILOT_2_HOST": "192.0.2.8", "WATTPILOT_2_PASSWORD": "x"}
    running.compose("up", "--detach", "--wait")
    assert running.started() == before
    assert "waits for WATTPILOT_HOST" not in running.health("wp-bridge-2")
    running.compose("rm", "--stop", "--force", "wp-bridge-2")
    running.environment = {}


def test_a_backup_restores_everything_on_an_empty_machine(running: Project) -> None:
    before = everything_kept(running)
    archive = running.try_compose("run", "--rm", "-T", "setup", "backup").stdout
    running.compose("down", "--volumes")
    assert "files restored" in running.compose("run", "--rm", "-T", "setup", "restore", stdin=archive)
    running.compose("up", "--detach", "--wait")
    assert everything_kept(running) == before


def test_what_is_no_backup_is_refused(running: Project) -> None:
    answer = running.try_compose("run", "--rm", "-T", "setup", "restore", stdin=b"no archive at all")
    assert answer.returncode == 1
    assert "no backup of Sunpilot" in answer.stderr.decode()


def test_a_changed_wattpilot_password_reaches_the_bridge(running: Project) -> None:
    secret = ["exec", "-T", "wp-bridge", "cat", "/secrets/bridge-1/wattpilot-password"]
    assert running.compose(*secret) == ""
    before = running.started()["wp-bridge"]
    running.environment = {"WATTPILOT_HOST": "192.0.2.7", "WATTPILOT_PASSWORD": "only-a-test"}
    running.compose("up", "--detach", "--wait")
    assert running.compose(*secret) == "only-a-test"
    assert running.started()["wp-bridge"] != before
    assert "waits for WATTPILOT_HOST" not in running.health("wp-bridge")


def test_no_secret_stands_in_a_log(running: Project) -> None:
    logs = running.compose("logs", "--no-color")
    for secret in (running.key(), running.password("explorer"), running.password("operator"), "only-a-test", "A" * 32):
        assert secret not in logs


def test_the_doctor_says_what_is_missing_and_what_is_broken(running: Project) -> None:
    answer = running.try_compose("exec", "-T", "api", "sunpilot-doctor")
    text = answer.stdout.decode()
    assert "ok     broker" in text
    assert "ok     store" in text
    assert "waits  Wattpilot 1: is not online" in text
    running.compose("stop", "broker")
    answer = running.try_compose("exec", "-T", "api", "sunpilot-doctor")
    running.compose("start", "broker")
    assert answer.returncode == 2
    assert "FAULT  broker: does not answer" in answer.stdout.decode()
