"""Functions that are no operation of the network: questions, values, casts, new tensors."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule

#: Questions about a tensor, and settings: run as they are.
_PASS_WORDS = """
    dim size stride numel nelement ndimension element_size storage_offset is_contiguous
    is_floating_point is_complex is_signed is_same_size is_pinned is_shared is_inference is_conj
    is_neg is_coalesced is_set_to data_ptr storage untyped_storage get_device has_names names len
    hash repr format reduce_ex dir requires_grad requires_grad_ backward register_hook retain_grad
    retains_grad set_grad_enabled _set_grad_enabled is_grad_enabled result_type can_cast
    promote_types finfo iinfo set_default_dtype get_default_dtype broadcast_shapes is_tensor
    is_storage _has_compatible_shallow_copy_type _parse_to _is_view _version device dense_dim
    sparse_dim layout q_scale manual_seed seed initial_seed _assert_async _assert
    _assert_tensor_metadata sym_size sym_numel sym_stride is_nested numpy_T deepcopy _make_subclass
    as_subclass _unwrap_subclass is_autocast_enabled get_autocast_dtype get_autocast_gpu_dtype
    set_autocast_enabled is_autocast_available current_stream synchronize check_tensor_all _check
    _check_is_size is_leaf _is_zerotensor
"""
PASS = frozenset(_PASS_WORDS.split())
#: Values taken out of a tensor.
_VALUES_WORDS = """
    item tolist numpy __bool__ __int__ __float__ __complex__ __index__ __array__ __contains__
    is_nonzero equal allclose nonzero unique unique_consecutive masked_select bincount
    _local_scalar_dense argwhere _unique2 __dlpack__
"""
VALUES = frozenset(_VALUES_WORDS.split())
#: Questions that a trace answers with no: whether torch may take a fused path instead.
NO = frozenset({"_nested_tensor_from_mask_left_aligned"})
#: New tensors of the shape of another, whose values do not depend on it.
_LIKE_WORDS = """
    zeros_like ones_like empty_like full_like rand_like randn_like randint_like new_zeros new_ones
    new_empty new_full new_tensor new new_empty_strided
"""
LIKE = frozenset(_LIKE_WORDS.split())
#: Casts, which may name a device, too.
_MOVE_WORDS = """
    to type float double half bfloat16 int long short bool byte char cpu cuda type_as _to_copy
"""
MOVE = frozenset(_MOVE_WORDS.split())
#: No operation at all where they return the very tensor that they were given.
SILENT = MOVE | {"contiguous", "expand_as", "resolve_conj", "resolve_neg", "alias", "detach"}


@rule(*sorted(MOVE))
def cast(call: Call, input: Tensor, *_: Any, **__: Any) -> Op | None:
    """A copy with another dtype."""
    call.inputs = [input]
    if not isinstance(call.result, Tensor):
        return None
    if call.result.dtype == input.dtype:
        return call.op("Clone")
    return call.op("Cast", call.result.dtype)
