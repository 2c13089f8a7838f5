"""Recognise parameters of addresses that say how a reader came, and not what is read."""

from __future__ import annotations

from typing import Final

_NAMES: Final = frozenset([
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
    "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "oly_anon_id", "oly_enc_id", "_hsenc", "_hsmi",
    "hsctatracking", "vero_id", "wickedid", "rb_clickid", "s_cid", "ncid", "cmpid", "ito", "xtor", "ref_src",
    "ref_url", "__twitter_impression", "guccounter", "guce_referrer", "guce_referrer_sig", "spm", "at_medium",
    "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4", "at_link_id", "at_link_origin",
    "at_link_type", "at_ptr_name", "at_format",
])  # fmt: skip
_PREFIXES: Final = ("utm_", "pk_", "mtm_", "matomo_", "stm_", "at_custom")


def is_tracking(name: str) -> bool:
    """Return whether a parameter, in small letters, only says how a reader came."""
    return name in _NAMES or name.startswith(_PREFIXES)
