"""What passes between callers and a gateway, written down in stand-ins."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from winnerlook.china_time import CHINA
from winnerlook_mock.recording.disguise import Disguise
from winnerlook_mock.recording.files import Directory, Exchange, RecordingError
from winnerlook_mock.recording.hearing import Heard, answer_of
from winnerlook_mock.recording.standins import FILE, StandIns
from winnerlook_mock.recording.upstream import Passed

_SHORT = 3
"""Characters of a value that any page may hold by chance."""


class Recorder:
    """Writes exchanges to a directory, behind those that are there. `passwords` are those of accounts by their user names. Raises
    RecordingError where the directory cannot be written to."""

    def __init__(self, directory: Path, passwords: Mapping[str, str] | None = None) -> None:
        self._directory = Directory(directory)
        try:
            self._stand_ins = _known(directory, is_new=self._directory.is_empty)
        except RecordingError:
            self.close()
            raise
        self._disguise = Disguise(self._stand_ins, passwords or {})
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let another recorder have the directory."""
        self._directory.close()

    def keep(self, heard: Heard, passed: Passed) -> Path:
        """Write an exchange down. Raises OSError."""
        with self._lock:
            exchange = self._exchange(heard, passed)
            self._stand_ins.save()
            return self._directory.add(exchange)

    def _exchange(self, heard: Heard, passed: Passed) -> Exchange:
        at = datetime.now(CHINA).isoformat(timespec="seconds")
        answer = answer_of(passed)
        notes = [f"nothing came back from the gateway: {passed.failure}"] if passed.failure else []
        if heard.operation is None:
            notes.append("the request was no call that the mock's doors read, so nothing of it was kept")
            return Exchange(heard.door, "", replace(answer, result=None, body=None), notes=tuple(notes), recorded_at=at)
        parameters, inside, remarks = self._disguise.parameters(heard.operation, heard.parameters)
        if answer.result is not None:
            result, more = self._disguise.result(heard.operation, answer.result)
            answer = replace(answer, result=result)
        elif "submitInfo" in heard.parameters and not inside:
            answer, more = replace(answer, body=None), ["the body may quote what was encrypted, and is left out"]
        else:
            sent = (*heard.parameters.values(), *self._disguise.fields(heard.parameters).values())
            answer, more = self._disguise.body(answer, [str(value) for value in sent if value is not None and len(str(value)) > _SHORT])
        return Exchange(heard.door, heard.operation.name, answer, parameters, inside, (*notes, *remarks, *more), at)


def _known(directory: Path, *, is_new: bool) -> StandIns:
    if not is_new and not (directory / FILE).exists():
        raise RecordingError(
            f"{directory} holds exchanges, but not {FILE}, which says what their stand-ins stand for: record to another directory",
        )
    return StandIns(directory)
