from server.demo.outbox import XML, Outbox
from server.demo.sheets import Sheet


def sheet(number: int) -> Sheet:
    return Sheet(f"uuid:{number}", b"<data/>", {"audit.csv": b"event\n"})


def test_a_sheet_waits_until_it_is_marked_as_sent(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.put(sheet(1))
    (place,) = outbox.waiting()
    outbox.mark_sent(place)
    assert outbox.waiting() == []
    assert outbox.sent() == ["uuid:1"]


def test_sheets_wait_in_the_order_in_which_they_were_finished(tmp_path):
    outbox = Outbox(tmp_path)
    for number in (9, 3, 5):
        outbox.put(sheet(number))
    assert [place.name.partition("_")[2] for place in outbox.waiting()] == ["9", "3", "5"]


def test_a_sheet_is_put_in_once(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.put(sheet(1))
    outbox.mark_sent(outbox.waiting()[0])
    outbox.put(sheet(1))
    assert outbox.waiting() == []


def test_another_start_finds_what_waits_and_skips_what_was_cut_off(tmp_path):
    Outbox(tmp_path).put(sheet(1))
    (tmp_path / "writing" / "2").mkdir()
    again = Outbox(tmp_path)
    assert [(place / XML).read_bytes() for place in again.waiting()] == [b"<data/>"]
    again.put(sheet(2))
    assert len(again.waiting()) == 2
