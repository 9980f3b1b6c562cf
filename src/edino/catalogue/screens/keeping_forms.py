"""Forms of those who keep the catalogue by hand: variants, pictures, categories, attributes, axes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api.shelving import attribute_code
from edino.catalogue.screens import words
from edino.catalogue.screens.forms import languages, lay_beside
from edino.catalogue.screens.products import shelf_choices
from edino.catalogue.types import AttributeInput
from edino.catalogue.types.kept import Picture
from edino.catalogue.types.pages import AxisPage, VariantPage
from edino.kernel.errors import Refusal
from edino.ui.whole import whole

USUAL: Final = ("size", "colour")
"""Axes offered for a product that has none yet."""


class VariantForm(forms.Form):
    """A variant: its SKU, by what it differs, what is printed on it."""

    sku = forms.CharField(label=_("SKU"), max_length=100)

    def __init__(self, data: Any, axes: Sequence[AxisPage], kept: VariantPage | None, like: VariantPage | None) -> None:
        super().__init__(data)
        shown = kept or like
        known: dict[str, Any] = {one.code: one.label for one in axes} or {code: words.AXES[code] for code in USUAL}
        self.axes = {f"option_{place}": code for place, code in enumerate(known)}
        options = kept.options if kept else {}
        self.fields["sku"].initial = kept.sku if kept else ""
        for name, code in self.axes.items():
            self.fields[name] = forms.CharField(
                label=known[code], max_length=100, required=False, initial=options.get(code, "")
            )
        self.fields["axis"] = forms.CharField(
            label=_("Also differs by"), max_length=100, required=False, help_text=_("Such as material or volume.")
        )
        self.fields["value"] = forms.CharField(label=_("Which here is"), max_length=100, required=False)
        self.fields["barcodes"] = forms.CharField(
            label=_("Barcodes"),
            required=False,
            max_length=10_000,
            widget=forms.Textarea({"rows": 2}),
            help_text=_("One per line; a scanner may type them."),
            initial="\n".join(one.text for one in kept.barcodes) if kept else "",
        )
        weight = forms.IntegerField(label=_("Weight, g"), required=False, min_value=0, max_value=2_000_000_000)
        self.fields["weight_g"] = weight
        weight.initial = shown.weight_g if shown else None
        said = shown.tax if shown else "standard"
        choices = [*words.TAXES.items()] if said in words.TAXES else [*words.TAXES.items(), (said, said)]
        self.fields["tax"] = forms.ChoiceField(label=_("VAT"), choices=choices, initial=said)
        self.fields["active"] = forms.BooleanField(
            label=_("In sale"), required=False, initial=kept.active if kept else True
        )
        if kept is None:
            self.fields["again"] = forms.BooleanField(label=_("Add another one after this"), required=False)

    def said(self) -> dict[str, Any]:
        """What the door is to be told."""
        given = self.cleaned_data
        options = {code: given[name] for name, code in self.axes.items() if given[name]}
        if given["axis"] and given["value"]:
            options[given["axis"]] = given["value"]
        return {
            "sku": given["sku"],
            "options_": options,
            "barcodes": given["barcodes"].splitlines(),
            "weight_g": given["weight_g"],
            "tax": given["tax"],
            "active": given["active"],
        }

    def refused(self, refusal: Refusal) -> None:
        """Put what the door refused beside the fields it names."""
        lay_beside(self, refusal, {"options": next(iter(self.axes), "axis")})


class ManyFiles(forms.ClearableFileInput):
    """A field of files that takes several."""

    allow_multiple_selected = True


class PicturesForm(forms.Form):
    """The pictures of a product in their order, and new ones from this device or from an address."""

    def __init__(self, data: Any, media: Sequence[Picture], skus: Sequence[tuple[str, Any]]) -> None:
        super().__init__(data)
        told = whole(data.get("count", "")) if data else None
        self.count = min(len(media) if told is None else told, 200)
        for number in range(self.count):
            place, alt, sku = media[number] if number < len(media) else ("", "", "")
            self.fields[f"place_{number}"] = forms.CharField(widget=forms.HiddenInput, max_length=1000, initial=place)
            self.fields[f"alt_{number}"] = forms.CharField(
                label=_("What it shows"), max_length=500, required=False, initial=alt
            )
            self.fields[f"sku_{number}"] = forms.ChoiceField(
                label=_("Of the variant"), choices=skus, required=False, initial=sku
            )
        self.fields["files_"] = forms.FileField(
            label=_("From this device"),
            required=False,
            widget=ManyFiles({"accept": "image/jpeg,image/png,image/webp,image/gif,image/bmp,image/tiff"}),
            help_text=_("Several at once, 20 MB each at most."),
        )
        self.fields["address"] = forms.CharField(
            label=_("From an address"),
            required=False,
            max_length=1000,
            widget=forms.URLInput({"placeholder": "https://"}),
        )

    def rows(self) -> Iterator[tuple[Any, Any, Any]]:
        """The fields of each picture: place, words, variant."""
        for number in range(self.count):
            yield self[f"place_{number}"], self[f"alt_{number}"], self[f"sku_{number}"]

    def said(self) -> list[Picture]:
        """The pictures as they stand in the form."""
        given = self.cleaned_data
        return [tuple(given[f"{kind}_{n}"] for kind in ("place", "alt", "sku")) for n in range(self.count)]


class CategoryForm(forms.Form):
    """A shelf: what it is called, where it stands."""

    def __init__(self, data: Any, kept: Any, below: frozenset[int]) -> None:
        super().__init__(data)
        self.languages = languages(kept.names if kept else {})
        for code in self.languages:
            self.fields[f"name_{code}"] = forms.CharField(
                label=gettext("Title (%(language)s)") % {"language": code},
                max_length=200,
                required=False,
                initial=kept.names.get(code, "") if kept else "",
            )
        above = [(id_, way) for id_, way in shelf_choices() if int(id_) not in below]
        self.fields["parent"] = forms.TypedChoiceField(
            label=_("Stands below"),
            choices=[("", _("at the top")), *above],
            coerce=int,
            empty_value=None,
            required=False,
            initial=str(kept.parent_id) if kept and kept.parent_id else "",
        )
        self.fields["position"] = forms.IntegerField(
            label=_("Place among its sisters"),
            min_value=0,
            max_value=1_000_000,
            initial=kept.position if kept else 100,
            help_text=_("The smaller, the sooner."),
        )
        self.fields["active"] = forms.BooleanField(
            label=_("Shown in the shop"), required=False, initial=kept.is_active if kept else True
        )

    def said(self) -> dict[str, Any]:
        """What the door is to be told."""
        given = self.cleaned_data
        names = {code: given[f"name_{code}"] for code in self.languages}
        return {"names": names, **{name: given[name] for name in ("parent", "position", "active")}}

    def refused(self, refusal: Refusal) -> None:
        """Put what the door refused beside the fields it names."""
        lay_beside(self, refusal, {"names": f"name_{self.languages[0]}"})


class AttributeForm(forms.Form):
    """What may be said of goods, and how."""

    def __init__(self, data: Any, kept: Any) -> None:
        super().__init__(data)
        self.kept = kept
        self.languages = languages(kept.names if kept else {})
        for code in self.languages:
            self.fields[f"name_{code}"] = forms.CharField(
                label=gettext("Title (%(language)s)") % {"language": code},
                max_length=200,
                required=False,
                initial=kept.names.get(code, "") if kept else "",
            )
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind of value"), choices=list(words.KINDS.items()), initial=kept.kind if kept else "text"
        )
        self.fields["unit"] = forms.CharField(
            label=_("Unit"),
            max_length=40,
            required=False,
            initial=kept.unit if kept else "",
            help_text=_("Of a number."),
        )
        self.fields["unit"].initial = kept.unit if kept else ""
        self.fields["choices"] = forms.CharField(
            label=_("Choices"),
            required=False,
            max_length=50_000,
            widget=forms.Textarea({"rows": 6}),
            initial=written(kept.choices, self.languages) if kept else "",
            help_text=gettext("One per line: %(form)s. The code before the colon stays when words change.")
            % {"form": f"summer: {' | '.join(self.languages)}"},
        )
        shelves = api.shelves()
        self.codes = {str(one.id): one.code for one in shelves}
        self.fields["categories"] = forms.MultipleChoiceField(
            label=_("Of goods in"),
            choices=shelf_choices(),
            required=False,
            initial=[str(id_) for id_ in kept.category_ids] if kept else [],
            widget=forms.SelectMultiple({"size": 6}),
            help_text=_("And in everything below. Nothing chosen: of all goods."),
        )
        self.fields["is_filter"] = forms.BooleanField(
            label=_("Shoppers filter by it"), required=False, initial=bool(kept and kept.is_filter)
        )
        self.fields["is_required"] = forms.BooleanField(
            label=_("A full presentation has it"), required=False, initial=bool(kept and kept.is_required)
        )
        self.fields["position"] = forms.IntegerField(
            label=_("Place among others"), min_value=0, max_value=1_000_000, initial=kept.position if kept else 100
        )

    def said(self) -> AttributeInput:
        """What the door is to be told; the code of a new one is made of its name."""
        given = self.cleaned_data
        names = {code: given[f"name_{code}"] for code in self.languages if given[f"name_{code}"]}
        return AttributeInput(
            code=self.kept.code if self.kept else attribute_code(next(iter(names.values()), "")),
            kind=given["kind"],
            names=names,
            unit=given["unit"],
            choices=understood(given["choices"], self.languages) if given["kind"] == "choice" else {},
            categories=[self.codes[id_] for id_ in given["categories"]],
            **{name: given[name] for name in ("is_filter", "is_required", "position")},
        )

    def refused(self, refusal: Refusal) -> None:
        """Put what the door refused beside the fields it names."""
        first = f"name_{self.languages[0]}"
        lay_beside(self, refusal, {"names": first, "code": first})


class AxisForm(forms.Form):
    """What an axis is called."""

    def __init__(self, data: Any, names: Mapping[str, str], position: int) -> None:
        super().__init__(data)
        self.languages = languages(names)
        for code in self.languages:
            self.fields[f"name_{code}"] = forms.CharField(
                label=gettext("Title (%(language)s)") % {"language": code},
                max_length=200,
                required=False,
                initial=names.get(code, ""),
            )
        self.fields["position"] = forms.IntegerField(
            label=_("Place among others"), min_value=0, max_value=1_000_000, initial=position
        )


def written(choices: Mapping[str, Mapping[str, str]], spoken: Sequence[str]) -> str:
    """Choices as people type them: a line each, code and words in the order of the languages."""
    lines = (f"{code}: {' | '.join(said.get(one, '') for one in spoken)}" for code, said in choices.items())
    return "\n".join(line.rstrip(" |") for line in lines)


def understood(text: str, spoken: Sequence[str]) -> dict[str, dict[str, str]]:
    """The choices of such lines; a line without a code gets that of its first word."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        before, colon, after = line.partition(":")
        told = [word.strip() for word in (after if colon else before).split("|")]
        said = {language: word for language, word in zip(spoken, told, strict=False) if word}
        code = attribute_code(before if colon else next(iter(said.values()), ""))
        if code:
            found[code] = said
    return found
