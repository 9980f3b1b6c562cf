"""People and roles: who may what, who may take it away, and a trail that nobody can tidy."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from edino.kernel import sql
from edino.kernel.errors import Invalid
from edino.staff import api, queries, rules
from edino.staff.errors import EmailTaken, LastAdministrator, NoSuchPerson
from edino.staff.models import Audit, User
from edino.staff.types import Actor, AuditFilter, Person, Role

pytestmark = pytest.mark.django_db
HOUSE = Actor("command line")


def hire(name: str, role: Role) -> Person:
    return api.create_user(email=f"{name}@shop.example", name=name, role=role, by=HOUSE)[0]


def test_oleg_gets_an_account_and_a_password_that_only_he_knows() -> None:
    oleg, password = api.create_user(email=" Oleg@Shop.example ", name="Oleg", role="operator", by=HOUSE)
    assert (oleg.email, oleg.role, oleg.is_active) == ("oleg@shop.example", Role.OPERATOR, True)
    assert len(password) >= 12
    user = User.objects.get(pk=oleg.id)
    assert user.check_password(password)
    assert password not in user.password
    line = queries.trail(AuditFilter(), below=None, size=1)[0]
    assert (line.operation, line.subject_kind, line.subject_id) == ("staff.manage", "person", str(oleg.id))
    assert line.detail == {"did": "created", "role": "operator"}
    assert "oleg" not in repr(line).lower()


def test_an_address_has_one_account() -> None:
    hire("oleg", Role.OPERATOR)
    with pytest.raises(EmailTaken):
        api.create_user(email="OLEG@shop.example", name="Other", role="analyst", by=HOUSE)
    assert User.objects.count() == 1


def test_what_is_wrong_is_said_field_by_field() -> None:
    with pytest.raises(Invalid) as refused:
        api.create_user(email="no", name=" ", role="king", language="xx", time_zone="Mars/Base", by=HOUSE)
    assert [error.field for error in refused.value.fields] == ["email", "name", "role", "language", "time_zone"]
    assert User.objects.count() == 0


def test_a_weak_password_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        api.create_user(email="a@shop.example", name="A", role="analyst", password="password", by=HOUSE)
    assert [error.field for error in refused.value.fields] == ["password"]


def test_the_role_alone_decides() -> None:
    oleg, igor, boris = hire("oleg", Role.OPERATOR), hire("igor", Role.INTEGRATOR), hire("boris", Role.ANALYST)
    assert api.may(oleg, "customers.see_personal")
    assert not api.may(igor, "customers.see_personal")
    assert not api.may(boris, "customers.see")
    assert api.may(boris, "overview.see")
    assert api.may(igor, "keys.manage")
    assert not api.may(oleg, "keys.manage")
    assert not api.may(None, "overview.see")
    closed = api.deactivate(id=oleg.id, by=HOUSE)
    assert not api.may(closed, "overview.see")


def test_an_operation_nobody_declared_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        api.requires("customers.eat")


def test_an_administrator_may_everything() -> None:
    assert [name for name in rules.OPERATIONS if not rules.allows(Role.ADMINISTRATOR, name)] == []


def test_a_new_role_counts_at_once_and_is_in_the_trail() -> None:
    vera = hire("vera", Role.ANALYST)
    assert api.set_role(id=vera.id, role="marketer", by=HOUSE).role == Role.MARKETER
    line = queries.trail(AuditFilter(), below=None, size=1)[0]
    assert line.detail == {"did": "role", "from": "analyst", "to": "marketer"}


def test_the_last_administrator_stays() -> None:
    anna = hire("anna", Role.ADMINISTRATOR)
    with pytest.raises(LastAdministrator):
        api.deactivate(id=anna.id, by=anna)
    with pytest.raises(LastAdministrator):
        api.set_role(id=anna.id, role="analyst", by=anna)
    hire("boss", Role.ADMINISTRATOR)
    assert not api.deactivate(id=anna.id, by=anna).is_active
    assert api.activate(id=anna.id, by=HOUSE).is_active


def test_nobody_is_nobody() -> None:
    for call in (api.deactivate, api.activate, api.reset_password):
        with pytest.raises(NoSuchPerson):
            call(id=404, by=HOUSE)
    with pytest.raises(NoSuchPerson):
        api.get_person(id=404)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_close_each_other() -> None:
    first, second = hire("first", Role.ADMINISTRATOR), hire("second", Role.ADMINISTRATOR)

    def close(number: int) -> str:
        try:
            api.deactivate(id=number, by=HOUSE)
        except LastAdministrator:
            return "refused"
        finally:
            connection.close()
        return "closed"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(close, [first.id, second.id]))
    assert outcomes == ["closed", "refused"]
    assert User.objects.filter(is_active=True).count() == 1


@pytest.mark.parametrize("statement", ["UPDATE staff_audit SET actor = ''", "DELETE FROM staff_audit"])
def test_the_trail_cannot_be_tidied(statement: str) -> None:
    hire("oleg", Role.OPERATOR)
    before = Audit.objects.count()
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        sql.execute(statement)
    assert Audit.objects.count() == before > 0


def test_the_trail_is_read_page_by_page_without_gaps() -> None:
    anna = hire("anna", Role.ADMINISTRATOR)
    for number in range(25):
        api.audit(actor=anna, operation="customers.see", subject=("customer", str(number)))
    api.refuse(actor=None, operation="account.log_in")
    given = AuditFilter(user_id=anna.id)
    seen: list[str] = []
    below = None
    while page := queries.trail(given, below=below, size=10):
        seen += [line.subject_id for line in page]
        below = page[-1].id
    assert seen == [str(number) for number in reversed(range(25))]
    assert queries.count_trail(given) == 25
    assert [line.refused for line in queries.trail(AuditFilter(refused=True), below=None, size=9)] == [True]


def test_a_change_that_fails_leaves_no_line() -> None:
    anna = hire("anna", Role.ADMINISTRATOR)
    before = Audit.objects.count()
    with transaction.atomic():
        api.audit(actor=anna, operation="customers.split", subject=("customer", "1"))
        transaction.set_rollback(True)
    assert Audit.objects.count() == before
