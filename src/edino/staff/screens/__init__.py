"""Screens of staff: logging in, people and their roles, the trail of what was done."""

from django.urls import URLPattern, path

from edino.staff.screens import account, people, trail

urlpatterns: list[URLPattern] = [
    *account.urlpatterns,
    path("account/", people.profile, name="staff_profile"),
    path("people/", people.people, name="staff_people"),
    path("people/new/", people.add, name="staff_person_add"),
    path("people/roles/", people.roles, name="staff_roles"),
    path("people/<int:number>/", people.person, name="staff_person"),
    path("people/<int:number>/close/", people.close, name="staff_person_close"),
    path("people/<int:number>/open/", people.open_again, name="staff_person_open"),
    path("people/<int:number>/password/", people.new_password, name="staff_person_password"),
    path("audit/", trail.trail, name="staff_trail"),
]
