"""Any WAV is read as speech; what is not one gets a clear sentence; writing is all or nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from voiceheal.audio.wav import WavWriter, read_speech
from voiceheal.errors import OutputError, WavError


def sine(rate: int, seconds: float = 1.0, hz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("channels", [1, 2])
def test_reads_any_wav(tmp_path: Path, rate: int, subtype: str, channels: int) -> None:
    path = tmp_path / "a.wav"
    sf.write(path, np.repeat(sine(rate)[:, None], channels, axis=1), rate, subtype)
    pcm = read_speech(path)
    assert pcm.dtype == np.int16
    assert abs(len(pcm) - 16000) <= 2
    middle = pcm[4000:12000].astype(float) / 32768
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), abs=0.01)
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.argmax(spectrum) * 16000 / len(middle) == pytest.approx(440, abs=2)


def test_nan_and_infinity_are_cleaned(tmp_path: Path) -> None:
    data = sine(16000).astype(np.float32)
    data[100:200] = np.nan
    data[300] = np.inf
    sf.write(tmp_path / "a.wav", data, 16000, "FLOAT")
    pcm = read_speech(tmp_path / "a.wav")
    assert not pcm[100:200].any()
    assert pcm[300] == 32767


def test_bad_files_say_what_is_wrong(tmp_path: Path) -> None:
    good = tmp_path / "good.wav"
    sf.write(good, sine(16000), 16000, "PCM_16")
    whole = good.read_bytes()
    cases = {
        "empty": (b"", "is empty"),
        "text": (b"hello, this is not sound at all" * 10, "is not a WAV"),
        "short": (whole[:1000], "is cut short"),
        "header": (whole[:20], "is cut short"),
        "riff": (whole[:6], "is not a WAV|is cut short"),
        "silent": (whole[:40] + b"\0\0\0\0", "holds no sound"),
        "unfinished": (whole[:40] + b"\0\0\0\0" + whole[44:], "cut short"),
        "odd": (b"RIFF" + bytes(100), "cut short|not a WAV"),
    }
    for name, (data, words) in cases.items():
        path = tmp_path / f"{name}.wav"
        path.write_bytes(data)
        with pytest.raises(WavError, match=words) as caught:
            read_speech(path)
        assert caught.value.hint, name
        assert "\n" not in str(caught.value)


def test_missing_and_folder(tmp_path: Path) -> None:
    with pytest.raises(WavError, match="There is no file"):
        read_speech(tmp_path / "none.wav")
    with pytest.raises(WavError, match="is a folder"):
        read_speech(tmp_path)
    with pytest.raises(WavError):
        read_speech("\0.wav")


def test_a_length_that_a_pipe_could_not_know_is_read_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    sf.write(path, sine(16000), 16000, "PCM_16")
    data = bytearray(path.read_bytes())
    data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(data))
    assert len(read_speech(path)) == 16000


def test_written_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    with WavWriter(path, 16000) as out:
        for piece in np.array_split(sine(16000).astype(np.float32), 7):
            out.write(piece)
        assert not path.exists()
    assert np.allclose(read_speech(path) / 32768, sine(16000), atol=1e-3)
    assert [p.name for p in tmp_path.iterdir()] == ["out.wav"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), WavWriter(path, 16000) as out:  # noqa: PT012
        out.write(np.zeros(100, np.float32))
        raise KeyError
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.wav"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no such folder"):
        WavWriter(tmp_path / "none" / "a.wav", 16000)
    with pytest.raises(OutputError, match="it is a folder"):
        WavWriter(tmp_path, 16000)
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(OutputError):
        WavWriter(tmp_path / "file" / "a.wav", 16000)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    del tmp_path
    with pytest.raises(OutputError, match="the disk is full"):
        WavWriter("/dev/full", 16000)


def test_a_disk_that_fills_up_on_the_way(tmp_path: Path) -> None:
    class Full:
        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    out = WavWriter(tmp_path / "a.wav", 16000)
    assert out._file is not None
    out._file.close()
    out._file = Full()  # type: ignore[assignment]
    with pytest.raises(OutputError, match="the disk is full"):
        out.write(np.zeros(10, np.float32))
    assert not list(tmp_path.iterdir())
