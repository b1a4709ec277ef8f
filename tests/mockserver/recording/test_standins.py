"""Stand-ins by the thousand, and who may give them out."""

from __future__ import annotations

import re
import time

import pytest

from tests.mockserver.recording.calls import parameters, send
from winnerlook.operations import BY_NAME
from winnerlook_mock import MockServer
from winnerlook_mock.recording.files import RecordingError, read_all
from winnerlook_mock.recording.server import RecordingServer
from winnerlook_mock.recording.standins import StandIns


def test_codes_never_run_out(tmp_path):
    """There are 10 000 codes of four digits; the exchange of the next one was not recorded."""
    stand_ins = StandIns(tmp_path)
    texts = {stand_ins.text(f"验证码:{code:04}【甲】") for code in range(10_000)}
    assert len(texts) == 10_000
    assert all(re.fullmatch(r"验证码:[0-9]{4,5}【签甲】", text) for text in texts)


def test_many_numbers_do_not_make_the_next_one_slow(tmp_path):
    """Each once went through all that had been given out: 2 ms a number after 10 000 of them."""
    stand_ins = StandIns(tmp_path)
    numbers = [str(13_900_000_000 + at) for at in range(10_000)]
    begun = time.process_time()
    given = [stand_ins.number(number) for number in numbers]
    assert time.process_time() - begun < 5
    assert len(set(given)) == len(given)
    stand_ins.save()
    again = StandIns(tmp_path)
    assert [again.number(number) for number in numbers[:50]] == given[:50]
    assert again.number("13800000000") not in given


def test_one_recorder_at_a_time_has_a_directory(tmp_path):
    """Two would write over each other's files and stand-ins."""
    pytest.importorskip("fcntl")
    with MockServer() as gateway:
        with RecordingServer(gateway.url, tmp_path) as recorder:
            with pytest.raises(RecordingError, match="recorded to already"):
                RecordingServer(gateway.url, tmp_path).start()
            send(recorder.url, "post", "SendMsg", parameters(BY_NAME["SendMsg"]))
        with RecordingServer(gateway.url, tmp_path) as recorder:
            send(recorder.url, "post", "SendMsg", parameters(BY_NAME["SendMsg"]))
    assert len(read_all(tmp_path)) == 2


@pytest.mark.parametrize("url", ["http://:secret@127.0.0.1:1", "http://@127.0.0.1:1", "http://user:secret@127.0.0.1:1"])
def test_an_upstream_has_no_credentials(tmp_path, url):
    """L2: they would stand in the banner."""
    with pytest.raises(RecordingError, match="scheme, host and port") as caught:
        RecordingServer(url, tmp_path)
    assert "secret" not in str(caught.value)
