"""The design system: tokens, about twenty components and the frame of a screen, the same for every package.

It knows how things look and how a keyboard, a scanner and a phone meet a page; it knows no domain and no rule. A screen
is composed of parts (`parts`, `templatetags.ui`), a list is declared (`screen.Listing`), navigation is registered
(`navigation`). `/ui` shows every part in every state. It is not a place for texts, queries or decisions of a domain.
"""
