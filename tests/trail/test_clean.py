"""What the program writes by itself is never called a difference."""

from __future__ import annotations

from acting import AGREE, NEW_HOUSE, step
from fielding import as_phone
from sending import ENVELOPES, send, send_photo, send_village

from api.web.sealer import seal_all


def test_everything_the_program_writes_is_as_it_was_written(sign_in, world, run):
    phone = as_phone(world, "lan")
    send_village(phone)
    send_photo(phone, head_name="Nông Văn Ảnh")
    house = send(phone, {"head_name": "Nông Văn Xây"})["household_id"]
    for name in AGREE:
        client = sign_in("son" if name == "approval" else "mai")
        assert client.post(ENVELOPES, json=step(house, name)).json["state"] == "stored"
    for name in NEW_HOUSE:
        assert phone.post(ENVELOPES, json=step(house, name)).json["state"] == "stored"
    assert seal_all()
    ended, said = run("verify")
    assert ended == 0, said
