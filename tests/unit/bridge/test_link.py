"""The link in virtual time: hours of faults in milliseconds."""

import asyncio
import itertools
import random
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from structlog.testing import CapturingLogger

from sunpilot.bridge.auth import UnsupportedLoginError
from sunpilot.bridge.connection import LinkDownError, UnansweredError
from sunpilot.bridge.link import Link
from sunpilot.bridge.status import PROPERTIES
from sunpilot.contract.status import LinkState
from tests.support import virtual_time
from tests.unit.bridge.device import ESSENTIALS, Device, Line, go_on, keep_silent, only_greet, refuse, refuse_login

T = TypeVar("T")


class Bench:
    """A link on a device, and the states it went through with their times."""

    def __init__(self, device: Device, *, cloud: bool = False) -> None:
        self.device = device
        self.states: list[tuple[float, LinkState]] = []
        self.log = CapturingLogger()
        self._online = asyncio.Event()
        self.link = Link(device.connect, self._key, PROPERTIES, self._note, random.Random(1), self.log, cloud=cloud)

    async def _key(self, algorithm: str, serial: str) -> str:
        if algorithm != "pbkdf2":
            raise UnsupportedLoginError(f"no way to log in by {algorithm}")
        return f"key of {serial}"

    def _note(self) -> None:
        if self.link.state is LinkState.ONLINE:
            self._online.set()
        if not self.states or self.states[-1][1] is not self.link.state:
            self.states.append((asyncio.get_running_loop().time(), self.link.state))

    async def online(self) -> None:
        await self._online.wait()

    @property
    def logged(self) -> list[str]:
        return [call.args[0] for call in self.log.calls]

    def run(self, during: Coroutine[Any, Any, T]) -> T:
        async def both() -> T:
            running = asyncio.ensure_future(self.link.run())
            try:
                return await during
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running

        return virtual_time.run(both())


def bench(*scenes: Any, cloud: bool = False) -> Bench:
    async def make() -> Bench:
        return Bench(Device(*scenes), cloud=cloud)

    return virtual_time.run(make())


def said(link: Link) -> str:
    return link.problem.text.en if link.problem is not None else ""


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def test_it_logs_in_learns_the_state_and_is_online() -> None:
    one = bench(go_on)
    one.run(asyncio.sleep(3.0))
    assert [state for _, state in one.states] == [
        LinkState.AUTHENTICATING,
        LinkState.INITIALISING,
        LinkState.ONLINE,
    ]


def test_the_properties_are_those_reported_and_none_while_the_link_is_down() -> None:
    one = bench(go_on)

    async def main() -> None:
        assert one.link.properties == {}
        await one.online()
        assert one.link.properties == ESSENTIALS
        one.device.lines[0].hang_up()
        await asyncio.sleep(0.5)
        assert one.link.properties == {}

    one.run(main())


def test_refused_connections_are_tried_again_ever_more_slowly_but_for_ever() -> None:
    one = bench(refuse)
    one.run(asyncio.sleep(3600.0))
    waits = gaps(one.device.connected_s)
    assert [1.0 * 2**n <= wait <= 1.25 * 2**n for n, wait in enumerate(waits[:6])] == [True] * 6
    assert waits[6:] == pytest.approx([60.0] * len(waits[6:]))
    assert len(waits) > 50
    assert said(one.link) == "no connection to the Wattpilot: connection refused"


@pytest.mark.parametrize("scene", [keep_silent, only_greet])
def test_a_handshake_that_stalls_is_given_up_after_thirty_seconds(scene: Any) -> None:
    one = bench(scene, go_on)

    async def main() -> None:
        await asyncio.sleep(30.5)
        assert said(one.link) == "no connection to the Wattpilot: it did not come to the login within 30 s"
        await asyncio.sleep(9.5)

    one.run(main())
    assert 31.0 <= one.device.connected_s[1] <= 31.25
    assert one.link.state is LinkState.ONLINE


def test_a_refused_login_is_tried_again_gently_and_succeeds_without_a_restart() -> None:
    one = bench(*[refuse_login] * 7, go_on)

    async def main() -> None:
        await asyncio.sleep(1.0)
        assert one.link.state is LinkState.WRONG_PASSWORD
        assert "Wrong password" in said(one.link)
        assert "WATTPILOT_PASSWORD" in said(one.link)
        await asyncio.sleep(2 * 3600.0)

    one.run(main())
    waits = gaps(one.device.connected_s)
    assert len(waits) == 7
    assert waits[0] >= 30.0
    assert all(longer > shorter for shorter, longer in itertools.pairwise(waits[:5]))
    assert max(waits) <= 900.0
    assert (one.link.state, one.link.problem) == (LinkState.ONLINE, None)


def test_a_way_to_log_in_that_is_not_known_is_said_and_not_hammered() -> None:
    async def ask_for_bcrypt(line: Line) -> None:
        line.greet("bcrypt")

    one = bench(ask_for_bcrypt)
    one.run(asyncio.sleep(100.0))
    assert said(one.link) == "no way to log in by bcrypt"
    assert gaps(one.device.connected_s)[0] >= 30.0


def test_a_wrong_password_is_logged_and_said_while_the_link_has_been_down_all_along() -> None:
    one = bench(refuse, refuse, refuse_login, refuse_login, refuse, go_on)

    async def main() -> None:
        await asyncio.sleep(5.0)
        assert one.link.state is LinkState.WRONG_PASSWORD
        assert "WATTPILOT_PASSWORD" in said(one.link)
        await asyncio.sleep(600.0)

    one.run(main())
    assert one.link.state is LinkState.ONLINE
    assert one.logged == ["link down", "login refused", "over: link down", "over: login refused", "link up"]


def test_a_local_device_that_signs_nothing_and_asks_for_the_password_gets_no_answer() -> None:
    heard: list[dict[str, Any]] = []

    async def lure(line: Line) -> None:
        line.greet(secured=False)
        heard.append(await line.hear())

    one = bench(lure)
    one.run(asyncio.sleep(100.0))
    assert "it gets no answer" in said(one.link)
    assert heard == []
    assert gaps(one.device.connected_s)[0] >= 30.0


def test_over_the_cloud_the_login_is_answered_and_writes_are_plain() -> None:
    heard: list[dict[str, Any]] = []

    async def serve(line: Line) -> None:
        line.greet(secured=False)
        assert (await line.hear())["type"] == "auth"
        line.say("authSuccess")
        line.say("fullStatus", partial=False, status=ESSENTIALS)
        heard.append(await line.hear())
        line.say("response", requestId="1", success=True)

    one = bench(serve, cloud=True)

    async def main() -> None:
        await one.online()
        await one.link.write("amp", 10)

    one.run(main())
    assert heard == [{"type": "setValue", "requestId": 1, "key": "amp", "value": 10}]


def test_deltas_within_the_full_status_do_not_end_it_and_a_lost_last_piece_costs_five_seconds() -> None:
    async def lose_last_piece(line: Line) -> None:
        await line.log_in()
        for piece in ({"amp": 16}, ESSENTIALS):
            line.say("fullStatus", partial=True, status=piece)
            await asyncio.sleep(1.0)
        while True:
            line.say("deltaStatus", status={"amp": 16})
            await asyncio.sleep(1.0)

    one = bench(lose_last_piece)
    one.run(asyncio.sleep(10.0))
    assert one.states[-1] == (6.0, LinkState.ONLINE)


def test_a_state_that_stays_incomplete_for_a_minute_is_given_up() -> None:
    async def stay_incomplete(line: Line) -> None:
        await line.log_in()
        while True:
            line.say("deltaStatus", status={"amp": 16})
            await asyncio.sleep(1.0)

    one = bench(stay_incomplete)
    one.run(asyncio.sleep(62.0))
    assert 61.0 <= one.device.connected_s[1] <= 61.25
    assert "its whole state" in repr(one.log.calls)


def test_silence_is_broken_by_asking_and_an_answer_keeps_the_link() -> None:
    async def answer_when_asked(line: Line) -> None:
        await line.come_online()
        while True:
            assert (await line.hear())["type"] == "requestFullStatus"
            line.say("fullStatus", partial=False, status=ESSENTIALS)

    one = bench(answer_when_asked)
    one.run(asyncio.sleep(1000.0))
    assert len(one.device.connected_s) == 1


def test_the_whole_state_is_asked_for_at_most_once_a_minute() -> None:
    asked_s: list[float] = []

    async def speak_only_when_asked(line: Line) -> None:
        await line.come_online()
        while True:
            assert (await line.hear())["type"] == "requestFullStatus"
            asked_s.append(asyncio.get_running_loop().time())
            busy = "sending of fullStatus still in progress, paralell not allowed anymore!"
            line.say("response", requestId="1", success=False, message=busy)

    one = bench(speak_only_when_asked)
    one.run(asyncio.sleep(3600.0))
    assert len(asked_s) == 59
    assert min(gaps(asked_s)) >= 60.0
    assert len(one.device.connected_s) == 1


def test_a_full_status_whose_end_was_lost_does_not_keep_silence_from_being_broken() -> None:
    async def lose_an_end(line: Line) -> None:
        await line.come_online()
        line.say("fullStatus", partial=True, status={"amp": 8})
        while True:
            assert (await line.hear())["type"] == "requestFullStatus"
            line.say("fullStatus", partial=True, status={"amp": 8})

    one = bench(lose_an_end)
    one.run(asyncio.sleep(1000.0))
    assert len(one.device.connected_s) == 1


def test_a_write_under_way_is_question_enough_and_no_second_one_goes_out() -> None:
    heard: list[str] = []

    async def fall_silent(line: Line) -> None:
        await line.come_online()
        while True:
            heard.append((await line.hear())["type"])

    one = bench(fall_silent, go_on)

    async def main() -> None:
        await one.online()
        await asyncio.sleep(58.0)
        with pytest.raises(UnansweredError):
            await one.link.write("amp", 10)

    one.run(main())
    assert heard == ["securedMsg", "securedMsg"]


def test_a_write_waits_for_the_full_status_that_was_asked_for_but_not_for_ever() -> None:
    written_s: list[float] = []

    async def ignore_questions(line: Line) -> None:
        await line.come_online()
        assert (await line.hear())["type"] == "requestFullStatus"
        write = await line.hear_write()
        written_s.append(asyncio.get_running_loop().time())
        line.say("response", requestId=str(write["requestId"]), success=True)
        await line.hear()

    one = bench(ignore_questions)

    async def main() -> None:
        await one.online()
        await asyncio.sleep(61.0)
        await one.link.write("frc", 1)

    one.run(main())
    assert written_s == [66.0]


def restarting(before: dict[str, int], after: dict[str, int]) -> Bench:
    async def restart(line: Line) -> None:
        await line.come_online()
        line.say("deltaStatus", status=before)
        await asyncio.sleep(5.0)
        line.say("deltaStatus", status=after)
        while True:
            line.say("deltaStatus", status={"car": 1})
            await asyncio.sleep(1.0)

    return bench(restart, go_on)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"rbc": 7, "rbt": 86_400_000}, {"rbc": 8}),
        ({"rbt": 86_400_000}, {"rbt": 1_000}),
    ],
)
def test_a_restart_of_the_box_within_a_connection_renews_it(before: dict[str, int], after: dict[str, int]) -> None:
    one = restarting(before, after)
    one.run(asyncio.sleep(10.0))
    assert len(one.device.connected_s) == 2
    assert "the Wattpilot restarted" in one.logged
    assert one.link.state is LinkState.ONLINE


@pytest.mark.parametrize("after", [{"rbt": 86_395_000}, {"rbc": 7, "rbt": 86_405_000}, {"rbc": None, "rbt": "?"}])
def test_messages_that_overtake_each_other_are_no_restart(after: dict[str, int]) -> None:
    one = restarting({"rbc": 7, "rbt": 86_400_000}, after)
    one.run(asyncio.sleep(10.0))
    assert len(one.device.connected_s) == 1


def test_a_restart_between_two_connections_is_logged() -> None:
    async def run_for_a_day(line: Line) -> None:
        await line.come_online()
        line.say("deltaStatus", status={"rbc": 7, "rbt": 86_400_000})
        await asyncio.sleep(1.0)
        line.hang_up()

    async def run_since_just_now(line: Line) -> None:
        await line.log_in()
        line.say("fullStatus", partial=False, status={**ESSENTIALS, "rbc": 8, "rbt": 2_000})
        await asyncio.Event().wait()

    one = bench(run_for_a_day, run_since_just_now)
    one.run(asyncio.sleep(10.0))
    assert one.logged.count("the Wattpilot restarted") == 1
    assert len(one.device.connected_s) == 2


def test_a_dead_link_is_renewed_after_seventy_five_seconds() -> None:
    async def die(line: Line) -> None:
        await line.come_online()

    one = bench(die, go_on)
    one.run(asyncio.sleep(80.0))
    assert 76.0 <= one.device.connected_s[1] <= 76.25
    assert one.link.state is LinkState.ONLINE


def test_messages_without_meaning_are_no_sign_of_life() -> None:
    async def babble(line: Line) -> None:
        await line.come_online()
        while True:
            line.say("clearSmips", partial=False)
            await asyncio.sleep(1.0)

    one = bench(babble, go_on)
    one.run(asyncio.sleep(80.0))
    assert len(one.device.connected_s) == 2


def test_a_lost_link_comes_back_after_a_second() -> None:
    one = bench(go_on)

    async def main() -> None:
        await one.online()
        one.device.lines[0].hang_up()
        await asyncio.sleep(2.0)
        assert one.link.state is LinkState.ONLINE

    one.run(main())
    assert len(one.device.connected_s) == 2


def test_connections_that_are_dropped_as_soon_as_they_stand_are_tried_ever_more_slowly() -> None:
    async def drop(line: Line) -> None:
        await line.come_online()
        await asyncio.sleep(1.0)
        line.hang_up()

    one = bench(drop)
    one.run(asyncio.sleep(600.0))
    assert 13 <= len(one.device.connected_s) <= 16


def test_a_connection_that_lasted_begins_the_waiting_anew() -> None:
    async def stand_a_while(line: Line) -> None:
        await line.come_online()
        await asyncio.sleep(20.0)
        line.hang_up()

    one = bench(refuse, refuse, refuse, stand_a_while, go_on)
    one.run(asyncio.sleep(60.0))
    last_wait_s = one.device.connected_s[4] - one.device.connected_s[3]
    assert 21.0 <= last_wait_s <= 21.25


def test_while_a_lost_connection_is_being_closed_the_box_is_not_online() -> None:
    one = bench(go_on)

    async def main() -> None:
        await one.online()
        line = one.device.lines[0]
        close = line.close

        async def close_slowly() -> None:
            await asyncio.sleep(2.0)
            await close()

        line.close = close_slowly  # type: ignore[method-assign]
        line.hang_up()
        await asyncio.sleep(1.0)
        assert (one.link.state, one.link.properties) == (LinkState.CONNECTING, {})

    one.run(main())


def test_a_write_is_answered() -> None:
    async def obey(line: Line) -> None:
        await line.come_online()
        write = await line.hear_write()
        line.say("response", requestId=str(write["requestId"]), success=True, status={write["key"]: write["value"]})

    one = bench(obey)

    async def main() -> None:
        await one.online()
        response = await one.link.write("amp", 10)
        assert (response.success, response.properties) == (True, {"amp": 10})
        assert one.link.properties["amp"] == 10

    one.run(main())


def test_writes_go_out_one_at_a_time() -> None:
    async def answer_slowly(line: Line) -> None:
        await line.come_online()
        while True:
            write = await line.hear_write()
            await asyncio.sleep(2.0)
            line.say("response", requestId=str(write["requestId"]), success=True)

    one = bench(answer_slowly)

    async def main() -> float:
        await one.online()
        begun_s = asyncio.get_running_loop().time()
        await asyncio.gather(*(one.link.write("amp", amps) for amps in (6, 7, 8)))
        return asyncio.get_running_loop().time() - begun_s

    assert one.run(main()) == pytest.approx(6.0)


def test_a_write_without_an_answer_is_tried_twice_and_then_the_link_is_renewed() -> None:
    heard: list[int] = []

    async def ignore(line: Line) -> None:
        await line.come_online()
        while True:
            heard.append((await line.hear_write())["value"])

    one = bench(ignore, go_on)

    async def main() -> None:
        await one.online()
        begun_s = asyncio.get_running_loop().time()
        with pytest.raises(UnansweredError):
            await one.link.write("frc", 1)
        assert asyncio.get_running_loop().time() - begun_s == pytest.approx(10.0)
        await asyncio.sleep(3.0)
        assert one.link.state is LinkState.ONLINE

    one.run(main())
    assert heard == [1, 1]
    assert len(one.device.connected_s) == 2


def test_a_late_answer_to_the_first_try_is_an_answer() -> None:
    async def answer_late(line: Line) -> None:
        await line.come_online()
        write = await line.hear_write()
        await asyncio.sleep(8.0)
        line.say("response", requestId="999", success=False)
        line.say("response", requestId=str(write["requestId"]), success=True)
        line.say("response", requestId=str(write["requestId"]), success=True)

    one = bench(answer_late)

    async def main() -> bool:
        await one.online()
        return (await one.link.write("frc", 1)).success

    assert one.run(main())


@pytest.mark.parametrize("success", [True, False])
def test_an_answer_without_a_number_is_that_to_the_one_write_under_way(success: bool) -> None:
    async def leave_out_the_number(line: Line) -> None:
        await line.come_online()
        await line.hear_write()
        line.say("response", success=success, message="what?")
        await line.hear()

    one = bench(leave_out_the_number)

    async def main() -> Any:
        await one.online()
        return await one.link.write("frc", 1)

    response = one.run(main())
    assert (response.success, response.text) == (success, "what?")


def test_an_answer_to_an_earlier_write_is_not_taken_for_that_to_a_later_one() -> None:
    async def repeat_the_first_answer(line: Line) -> None:
        await line.come_online()
        first = await line.hear_write()
        line.say("response", requestId=str(first["requestId"]), success=True)
        second = await line.hear_write()
        line.say("response", requestId=str(first["requestId"]), success=True)
        line.say("response", requestId=str(second["requestId"]), success=False, message="no")
        await line.hear()

    one = bench(repeat_the_first_answer)

    async def main() -> tuple[bool, bool]:
        await one.online()
        return (await one.link.write("amp", 10)).success, (await one.link.write("frc", 1)).success

    assert one.run(main()) == (True, False)


def test_a_write_without_a_link_and_one_that_loses_it_fail_at_once() -> None:
    async def hang_up_on_write(line: Line) -> None:
        await line.come_online()
        await line.hear()
        line.hang_up()

    one = bench(hang_up_on_write)

    async def main() -> None:
        with pytest.raises(LinkDownError):
            await one.link.write("amp", 10)
        await one.online()
        begun_s = asyncio.get_running_loop().time()
        with pytest.raises(LinkDownError):
            await one.link.write("amp", 10)
        assert asyncio.get_running_loop().time() == begun_s

    one.run(main())


def test_messages_that_cannot_be_used_are_counted_and_logged_once_a_streak() -> None:
    async def speak_message_pack(line: Line) -> None:
        await line.log_in()
        line.say("clearInverters", partial=True)
        for _ in range(3):
            line.say_raw(b"\0\x81\xa4type\xa5hello")
        line.hang_up()

    async def speak_json(line: Line) -> None:
        await line.come_online()
        line.say("clearInverters", partial=True)
        await asyncio.sleep(1.0)
        line.hang_up()

    one = bench(speak_message_pack, speak_message_pack, speak_json, go_on)
    one.run(asyncio.sleep(60.0))
    told = [call for call in one.log.calls if "cannot be used" in call.args[0]]
    assert [(call.args[0], call.kwargs) for call in told] == [
        ("the Wattpilot sends what cannot be used", {"binary": 3}),
        ("over: the Wattpilot sends what cannot be used", {"times": 2}),
    ]


def test_no_secret_reaches_the_log_or_the_problem() -> None:
    one = bench(refuse_login, go_on)
    one.run(asyncio.sleep(100.0))
    assert one.log.calls
    assert "key of" not in repr(one.log.calls)
