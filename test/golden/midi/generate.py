"""A MIDI file of two tracks with random notes, written by mido, and its notes as mido reads them.

    pip install mido
    python generate.py

The version that the committed file was made with stands in it.
"""

import base64
import io
import json
import random
from pathlib import Path

import mido

random.seed(3)
song = mido.MidiFile(type=1, ticks_per_beat=192)
head = mido.MidiTrack()
head.append(mido.MetaMessage("track_name", name="head", time=0))
head.append(mido.MetaMessage("time_signature", numerator=6, denominator=8, time=0))
head.append(mido.MetaMessage("key_signature", key="Ebm", time=0))
head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(132), time=0))
head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90), time=768))
song.tracks.append(head)
for channel in (0, 1, 9):
    track = mido.MidiTrack()
    track.append(mido.Message("program_change", channel=channel, program=5, time=0))
    track.append(mido.Message("sysex", data=[1, 2, 3], time=0))
    for _ in range(12):
        pitch = random.randint(40, 90)
        track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=random.randint(1, 127), time=random.randint(0, 300)))
        track.append(mido.Message("pitchwheel", channel=channel, pitch=100, time=3))
        end = random.choice(["note_off", "note_on"])
        track.append(mido.Message(end, channel=channel, note=pitch, velocity=0, time=random.randint(10, 400)))
    song.tracks.append(track)
stream = io.BytesIO()
song.save(file=stream)

again = mido.MidiFile(file=io.BytesIO(stream.getvalue()))
notes = []
for track in again.tracks:
    now, sounding = 0, {}
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity > 0:
            sounding[message.note] = (now, message.velocity)
        elif message.type in ("note_on", "note_off") and message.channel != 9:
            start, velocity = sounding.pop(message.note)
            notes.append([start / 192, (now - start) / 192, message.note, velocity])
result = {"mido": str(mido.version_info), "file": base64.b64encode(stream.getvalue()).decode(), "notes": sorted(notes)}
(Path(__file__).parent / "reference.json").write_text(json.dumps(result) + "\n")
