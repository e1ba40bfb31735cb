"""The spool on a disk that ends in the middle of things."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunpilot.recorder import segment
from sunpilot.recorder.segment import Stretch, framed, unframed
from sunpilot.recorder.spool import Spool

LIMIT = 1_000_000


def line(number: int) -> bytes:
    return b"m,a=b x=%d.0 %d" % (number, number * 10**9)


def lines(*numbers: int) -> list[bytes]:
    return [line(number) for number in numbers]


def peek(spool: Spool, maximum: int = 1000) -> Stretch:
    batch = spool.peek(maximum, 1 << 20)
    assert batch is not None
    return batch


def drain(spool: Spool) -> list[bytes]:
    found: list[bytes] = []
    while (batch := spool.peek(7, 300)) is not None:
        found += batch.lines
        spool.done(batch)
    return found


def last_segment(folder: Path) -> Path:
    return max(folder.glob("*.lines"))


def test_lines_come_back_in_their_order_and_go_when_they_are_done(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1, 2))
    spool.append(lines(3))
    batch = peek(spool, 2)
    assert batch.lines == tuple(lines(1, 2))
    assert peek(spool, 2) == batch
    spool.done(batch)
    assert peek(spool).lines == tuple(lines(3))
    assert spool.waiting == 1
    assert spool.oldest() == datetime.fromtimestamp(3, UTC)
    spool.done(peek(spool))
    assert spool.peek(9, 999) is None
    assert spool.size_bytes == 0
    assert spool.oldest() is None


def test_what_was_not_done_is_there_after_a_restart_and_what_was_is_not(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1, 2, 3))
    spool.done(peek(spool, 1))
    again = Spool(tmp_path, LIMIT)  # no good-bye
    assert again.waiting == 2
    assert drain(again) == lines(2, 3)
    assert again.ledger.entry.written == 3


@pytest.mark.parametrize("rest", [b"1234", framed(line(4))[:-1], b"\0" * 512, b"7f"])
def test_a_torn_last_line_is_cut_off_and_what_follows_is_whole(tmp_path: Path, rest: bytes) -> None:
    Spool(tmp_path, LIMIT).append(lines(1, 2))
    with last_segment(tmp_path).open("ab") as file:
        file.write(rest)
    spool = Spool(tmp_path, LIMIT)
    assert spool.cut_bytes == len(rest)
    spool.append(lines(5))
    assert drain(spool) == lines(1, 2, 5)
    assert spool.ledger.entry.lost == 0


def damage(folder: Path, old: bytes, new: bytes) -> None:
    file = last_segment(folder)
    text = file.read_bytes()
    assert old in text
    file.write_bytes(text.replace(old, new))


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_damaged_line_costs_itself_alone_and_is_counted_as_lost_at_the_time_of_its_neighbours(
    tmp_path: Path, is_restarted: bool
) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1, 2, 3))
    damage(tmp_path, line(2), line(8))
    spool = Spool(tmp_path, LIMIT) if is_restarted else spool
    assert spool.waiting == 3
    assert drain(spool) == lines(1, 3)
    entry = spool.ledger.entry
    assert (spool.waiting, entry.written, entry.lost, entry.lost_damaged) == (0, 2, 1, 1)
    assert (entry.lost_from, entry.lost_to) == (datetime.fromtimestamp(1, UTC), datetime.fromtimestamp(3, UTC))


def test_damage_without_a_neighbour_is_dated_by_the_last_write(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1))
    damage(tmp_path, line(1), line(8))
    os.utime(last_segment(tmp_path), (7000, 7000))
    assert spool.oldest() == datetime.fromtimestamp(7000, UTC)
    assert drain(spool) == []
    entry = spool.ledger.entry
    assert (entry.lost, entry.lost_from, entry.lost_to) == (1, *(datetime.fromtimestamp(7000, UTC),) * 2)


def test_a_damaged_block_over_the_ends_of_lines_is_counted_by_what_was_put_in(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(*range(1, 10)))
    block = b"".join(framed(one) for one in lines(3, 4, 5))[4:-4]
    damage(tmp_path, block, b"\0" * len(block))
    assert drain(spool) == lines(1, 2, 6, 7, 8, 9)
    entry = spool.ledger.entry
    assert (spool.waiting, entry.written, entry.lost, entry.lost_damaged) == (0, 6, 3, 3)


def test_what_a_torn_write_left_behind_was_never_promised_and_is_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1))

    def tear(file: BinaryIO, data: bytes) -> None:
        file.write(data[:-5])
        raise OSError(28, "No space left on device")

    def full(_handle: int, _size: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(segment, "write_through", tear)
        patch.setattr(os, "truncate", full)
        with pytest.raises(OSError, match="No space"):
            spool.append(lines(2))
    spool.append(lines(3))
    assert drain(spool) == lines(1, 3)
    assert (spool.waiting, spool.ledger.entry.lost) == (0, 0)


def test_without_its_ledger_everything_on_the_disk_is_written_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1, 2))
    spool.done(peek(spool, 1))
    (tmp_path / "ledger.json").write_bytes(b"")
    assert drain(Spool(tmp_path, LIMIT)) == lines(1, 2)


def test_a_full_spool_gives_up_its_oldest_segment_but_not_the_one_under_way(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 16_000)
    for number in range(1, 100):
        spool.append(lines(*range(number * 10, number * 10 + 10)))
    under_way = peek(spool, 3)
    total = spool.waiting
    loss = spool.trim()
    assert loss is not None
    assert spool.size_bytes <= 16_000
    assert spool.waiting == total - loss.lines
    assert loss.first > datetime.fromtimestamp(12, UTC)
    spool.done(under_way)
    assert drain(spool)[-1] == line(999)
    entry = spool.ledger.entry
    assert (entry.written + entry.lost, entry.lost) == (990, loss.lines)
    assert spool.trim() is None


def test_a_write_that_fails_half_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            spool.append(lines(2))
        patch.setattr(os, "truncate", lambda _handle, _size: full(0))
        with pytest.raises(OSError, match="No space"):
            spool.append(lines(3))
    spool.append(lines(4))
    # The third could not be taken back, and was never acknowledged: it may come twice, and is one point then.
    assert [one for one in drain(spool) if one != line(3)] == lines(1, 4)


def test_many_lines_cost_one_flush_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, LIMIT)
    spool.append(lines(1))
    flushes: list[int] = []
    monkeypatch.setattr(os, "fsync", flushes.append)
    spool.append(lines(*range(2, 500)))
    assert len(flushes) == 1


def test_a_line_longer_than_a_batch_comes_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path, LIMIT)
    long = b"m x=1.0," + b"y" * 5000 + b"=1.0 5000000000"
    spool.append([line(1), long, line(2)])
    assert drain(spool) == [line(1), long, line(2)]


@given(st.binary(max_size=200).filter(lambda data: b"\n" not in data), st.integers(0, 400))
def test_a_line_with_any_byte_changed_is_no_line(content: bytes, place: int) -> None:
    text = framed(content).removesuffix(b"\n")
    assert unframed(text) == content
    place %= len(text)
    changed = text[:place] + bytes([text[place] ^ 0x01]) + text[place + 1 :]
    assert unframed(changed) is None


steps = st.lists(st.sampled_from(["append", "write", "crash", "tear"]), max_size=30)


@settings(max_examples=40)
@given(steps)
def test_whatever_happens_in_whatever_order_no_line_is_lost_or_out_of_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, LIMIT)
    kept, taken = 0, [b""]
    for step in steps:
        if step == "append":
            spool.append(lines(*range(kept + 1, kept + 6)))
            kept += 5
        elif step == "write" and not spool.is_empty:
            batch = peek(spool, 3)
            taken += batch.lines
            spool.done(batch)
        elif step == "crash":
            spool = Spool(folder, LIMIT)
        elif step == "tear" and list(folder.glob("*.lines")):
            with last_segment(folder).open("ab") as file:
                file.write(b"12345678 m,a")
            spool = Spool(folder, LIMIT)
    taken += drain(spool)
    assert taken[1:] == lines(*range(1, kept + 1))
