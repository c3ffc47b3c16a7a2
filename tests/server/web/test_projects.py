"""The list of surveys and the Today page."""


def test_it_works(manager, field):
    assert manager.get(field.today).status_code == 200


def test_the_first_sentence_has_the_numbers(manager, field):
    page = manager.get(field.today).text
    assert "Day 5 of 10. 2 of 4 final (50%), on plan." in " ".join(page.split())


def test_the_title_is_in_the_readers_language(manager, field):
    manager.set_cookie("language", "ru")
    assert "Обследование" in manager.get("/").text


def test_a_second_interview_is_the_first_thing_to_do(manager, field):
    page = manager.get(field.today).text
    assert page.index("1 unit was interviewed twice") < page.index("1 sheet waits for review")


def test_a_supervisor_sees_the_own_teams_numbers(as_role, field):
    assert "1 of 2 final (50%)" in " ".join(as_role("supervisor").get(field.today).text.split())


def test_an_unknown_project_is_not_found(manager, field):
    assert manager.get("/p/99/today").status_code == 404
