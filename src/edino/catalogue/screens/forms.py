"""Forms of catalogue. They only ask; what is right is decided by the door."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api.classifying import attributes
from edino.catalogue.api.reading import shop_currency
from edino.catalogue.screens import words
from edino.catalogue.screens.products import shelf_choices
from edino.catalogue.types import Attribute
from edino.catalogue.types.pages import Behind
from edino.channels import api as channels
from edino.kernel.errors import Refusal

YES_NO = [("", "—"), ("yes", _("yes")), ("no", _("no"))]


class ChangeProduct(forms.Form):
    """Everything that people may say of a product, language by language."""

    def __init__(self, data: Any, kept: Behind | None = None) -> None:
        names, descriptions = (kept.names, kept.descriptions) if kept else ({}, {})
        values = kept.attributes if kept else {}
        self.languages = languages(names)
        ways = {one.id: one.path for one in api.shelves()}
        stands = [ways[id_] for id_ in kept.category_ids if id_ in ways] if kept else []
        self.attributes = [one for one in attributes().values() if one.fits(stands) or one.code in values]
        super().__init__(data)
        for code in self.languages:
            self.fields[f"name_{code}"] = forms.CharField(
                label=gettext("Title (%(language)s)") % {"language": code},
                max_length=500,
                required=False,
                initial=names.get(code, ""),
            )
        for code in self.languages:
            self.fields[f"description_{code}"] = forms.CharField(
                label=gettext("Description (%(language)s)") % {"language": code},
                max_length=50_000,
                required=False,
                initial=descriptions.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 5}),
            )
        self.fields["brand"] = forms.CharField(
            label=_("Brand"), max_length=200, required=False, initial=kept.brand if kept else ""
        )
        self.fields["categories"] = forms.MultipleChoiceField(
            label=_("Categories"),
            choices=shelf_choices(),
            required=False,
            initial=[str(id_) for id_ in kept.category_ids] if kept else [],
            widget=forms.SelectMultiple(attrs={"size": 8}),
        )
        for one in self.attributes:
            self.fields[f"attribute_{one.id}"] = _attribute_field(one, values.get(one.code))
        self.fields["active"] = forms.BooleanField(
            label=_("In sale"), required=False, initial=kept.active if kept else True
        )

    def said(self) -> dict[str, Any]:
        """What the door is to be told: only what differs from what the form was shown with."""
        given = self.cleaned_data
        changed = set(self.changed_data)

        def texts(kind: str) -> dict[str, str]:
            named = {code: f"{kind}_{code}" for code in self.languages}
            return {code: given[name] for code, name in named.items() if name in changed}

        named = {one.code: f"attribute_{one.id}" for one in self.attributes}
        values = {code: _value(given[name]) for code, name in named.items() if name in changed}
        return {
            "names": texts("name"),
            "descriptions": texts("description"),
            "brand": given["brand"] if "brand" in changed else None,
            "category_ids": [int(id_) for id_ in given["categories"]] if "categories" in changed else None,
            "attributes": values,
            "active": given["active"] if "active" in changed else None,
        }

    def refused(self, refusal: Refusal) -> None:
        """Put what the door refused beside the fields it names."""
        ids = {one.code: f"attribute_{one.id}" for one in self.attributes}
        names: Mapping[str, str] = {
            **{f"attributes.{code}": name for code, name in ids.items()},
            **{f"names.{code}": f"name_{code}" for code in self.languages},
            **{f"descriptions.{code}": f"description_{code}" for code in self.languages},
            "names": f"name_{self.languages[0]}",
            "categories": "categories",
        }
        lay_beside(self, refusal, names)


def _value(given: Any) -> Any:
    return {"yes": True, "no": False, "": None}.get(given, given) if isinstance(given, str) else given


def _attribute_field(one: Attribute, value: Any) -> forms.Field:
    label = words.said_in(one.names) or one.code
    if one.unit:
        label = f"{label}, {one.unit}"
    if one.kind == "boolean":
        initial = {True: "yes", False: "no"}.get(value, "")
        return forms.ChoiceField(label=label, choices=YES_NO, required=False, initial=initial)
    if one.kind == "choice":
        said = [(code, words.said_in(names) or code) for code, names in one.choices.items()]
        return forms.ChoiceField(label=label, choices=[("", "—"), *said], required=False, initial=value or "")
    if one.kind == "date":
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, required=False, initial=value or None, widget=widget)
    return forms.CharField(label=label, required=False, max_length=4000, initial="" if value is None else str(value))


class CreateProduct(ChangeProduct):
    """A new product, and its first variant if it is named already."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["code"] = forms.CharField(
            label=_("Code"), max_length=100, required=False, help_text=_("Yours, if you have one.")
        )
        self.fields["sku"] = forms.CharField(
            label=_("SKU"),
            max_length=100,
            required=False,
            help_text=_("Of its first variant. Sizes, colours and more variants come on the next page."),
        )
        self.fields["barcode"] = forms.CharField(label=_("Barcode"), max_length=100, required=False)


class TakeOut(forms.Form):
    """Why a channel does not offer what others do."""

    reason = forms.CharField(label=_("Why"), max_length=500, help_text=_("The report on differences shows it."))


class EditAssortment(forms.Form):
    """What an assortment is."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Small Latin letters, digits and dashes."))
    name = forms.CharField(label=words.NAME, max_length=120)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial=shop_currency)
    languages = forms.CharField(
        label=_("Languages"), max_length=100, initial="ru, en", help_text=_("Two letters each, the first one first.")
    )
    region = forms.CharField(label=_("Region"), max_length=100, required=False)
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A channel belongs to one assortment; those of none have the default."),
    )
    rule = forms.ChoiceField(label=_("Offers"), choices=list(words.RULES.items()))
    is_default = forms.BooleanField(label=_("The default of every other channel"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["channels"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker what it is
        found = channels.channels_by_code()
        field.choices = [(code, one.name(words.language())) for code, one in found.items()]

    def clean_languages(self) -> list[str]:
        """Codes, however they are divided."""
        given: str = self.cleaned_data["languages"]
        return [code for code in given.replace(",", " ").lower().split() if code]


class Judge(forms.Form):
    """What becomes of a review."""

    reply = forms.CharField(
        label=_("Answer, shown below the review"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(label=_("Why it is rejected"), max_length=500, required=False)


def languages(*texts: Mapping[str, str]) -> list[str]:
    """Every language that some assortment or one of these texts speaks, the first of the default assortment first."""
    offered = [code for one in api.assortments() for code in one.languages]
    return list(dict.fromkeys([*offered, *sorted({code for one in texts for code in one})]))


def lay_beside(form: forms.Form, refusal: Refusal, names: Mapping[str, str] | None = None) -> None:
    """Put what the door refused beside the fields it names, or on top of the form."""
    known = names or {}
    named = [(known.get(error.field, error.field), error) for error in refusal.fields]
    beside = [(name, error) for name, error in named if name in form.fields]
    for name, error in beside:
        form.add_error(name, error.text or refusal.text)
    if not beside:
        form.add_error(None, refusal.text)
