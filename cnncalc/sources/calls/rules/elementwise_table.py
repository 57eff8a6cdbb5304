"""torch's elementwise operators and their arguments, as a table: so torch is not needed.

Written by `scripts/elementwise_table.py` from torch 2.15.0; not by hand.
"""

from __future__ import annotations

#: Operators that torch tags as elementwise, each with its arguments.
_ELEMENTWISE = """
_conj_physical self out
abs self out
acos self out
acosh self out
add self other alpha out
addcdiv self tensor1 tensor2 value out
addcmul self tensor1 tensor2 value out
angle self out
asin self out
asinh self out
atan self out
atan2 self other out
atanh self out
bitwise_and self other out
bitwise_left_shift self other out
bitwise_not self out
bitwise_or self other out
bitwise_right_shift self other out
bitwise_xor self other out
ceil self out
celu self alpha out
clamp self min max out
clamp_max self max out
clamp_min self min out
clip self min max out
clone self memory_format out
conj_physical self out
copysign self other out
cos self out
cosh self out
deg2rad self out
digamma self out
div self other rounding_mode out
elu self alpha scale input_scale out
eq self other out
equal self other
erf self out
erfc self out
erfinv self out
exp self out
exp2 self out
expm1 self out
float_power self exponent out
floor self out
fmax self other out
fmin self other out
fmod self other out
frac self out
frexp self mantissa exponent
gcd self other out
ge self other out
gelu self approximate out
gelu_backward grad_output self approximate grad_input
gt self other out
hardshrink self lambd out
hardsigmoid self out
hardtanh self min_val max_val out
heaviside self values out
hypot self other out
i0 self out
igamma self other out
igammac self other out
isfinite self
isinf self out
isnan self out
isneginf self out
isposinf self out
lcm self other out
ldexp self other out
le self other out
leaky_relu self negative_slope out
lerp self end weight out
lgamma self out
log self out
log10 self out
log1p self out
log2 self out
logaddexp self other out
logaddexp2 self other out
logical_and self other out
logical_not self out
logical_or self other out
logical_xor self other out
logit self eps out
logit_backward grad_output self eps grad_input
lt self other out
masked_fill self mask value out
max self dim keepdim max max_values
maximum self other out
min self dim keepdim min min_indices
minimum self other out
mish self out
mul self other out
mvlgamma self p out
nan_to_num self nan posinf neginf out
native_dropout_backward grad_output mask scale out
ne self other out
neg self out
nextafter self other out
polygamma n self out
positive self
pow self exponent out
rad2deg self out
reciprocal self out
relu self out
relu6 self
remainder self other out
round self decimals out
rrelu self lower upper training generator
rsqrt self out
rsub self other alpha out
selu self
sgn self out
sigmoid self out
sigmoid_backward grad_output output grad_input
sign self out
signbit self out
silu self out
silu_backward grad_output self grad_input
sin self out
sinc self out
sinh self out
softplus self beta threshold out
softshrink self lambd out
special_airy_ai x out
special_bessel_j0 self out
special_bessel_j1 self out
special_bessel_y0 self out
special_bessel_y1 self out
special_chebyshev_polynomial_t x n out
special_chebyshev_polynomial_u x n out
special_chebyshev_polynomial_v x n out
special_chebyshev_polynomial_w x n out
special_entr self out
special_erfcx self out
special_hermite_polynomial_h x n out
special_hermite_polynomial_he x n out
special_i0e self out
special_i1 self out
special_i1e self out
special_laguerre_polynomial_l x n out
special_legendre_polynomial_p x n out
special_log_ndtr self out
special_modified_bessel_i0 self out
special_modified_bessel_i1 self out
special_modified_bessel_k0 self out
special_modified_bessel_k1 self out
special_ndtri self out
special_scaled_modified_bessel_k0 x out
special_scaled_modified_bessel_k1 x out
special_shifted_chebyshev_polynomial_t x n out
special_shifted_chebyshev_polynomial_u x n out
special_shifted_chebyshev_polynomial_v x n out
special_shifted_chebyshev_polynomial_w x n out
special_spherical_bessel_j0 x out
special_xlog1py self other out
special_zeta self other out
sqrt self out
square self out
sub self other alpha out
tan self out
tanh self out
tanh_backward grad_output output grad_input
threshold self threshold value out
threshold_backward grad_output self threshold grad_input
true_divide self other out
trunc self out
where condition self other out
xlogy self other out
"""
#: Operators that other rules give a name and plain numbers.
_OTHERS = """
_pdist_forward self p out
absolute self out
affine_grid_generator theta size align_corners out
alpha_dropout input p train
arccos self out
arcsin self out
arctan self out
arctan2 self other out
bernoulli self p generator out
binomial count prob generator out
block_diag tensors out
cauchy self median sigma generator out
complex real imag out
conj self
corrcoef self
cov self correction fweights aweights
cross self other dim out
diag_embed self offset dim1 dim2 out
diagflat self offset
dist self other p out
divide self other rounding_mode out
exponential self lambd generator out
fake_quantize_per_tensor_affine self scale zero_point quant_min quant_max
feature_dropout input p train
fill self value out
fix self out
floor_divide self other out
fractional_max_pool2d self kernel_size output_size random_samples output indices
fractional_max_pool3d self kernel_size output_size random_samples output indices
geometric self p generator out
greater self other out
greater_equal self other out
histc self bins min max out
histogram self bins range weight density hist bin_edges
imag self
isclose self other rtol atol equal_nan
isreal self
istft self n_fft hop_length win_length window center normalized onesided length return_complex
less self other out
less_equal self other out
linalg_cross self other dim out
log_normal self mean std generator out
masked_scatter self mask source out
max_unpool2d self indices output_size out
max_unpool3d self indices output_size stride padding out
multinomial self num_samples replacement generator out
multiply self other out
native_dropout input p train out0 out1
negative self out
normal mean std size generator dtype layout device pin_memory
not_equal self other out
pdist self p
poisson self generator out
polar abs angle out
random self from to generator out
real self
renorm self p dim maxnorm out
rot90 self k dims out
segment_reduce data reduce lengths indices offsets axis unsafe initial out
stft self n_fft hop_length win_length window center pad_mode normalized onesided return_complex
  align_to_window
subtract self other alpha out
take self index out
tril self diagonal out
triu self diagonal out
uniform self from to generator out
zero self out
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    rows = (line.split() for line in text.replace("\n ", "").split("\n") if line)
    return {name: tuple(arguments) for name, *arguments in rows}


_TABLE = _read(_ELEMENTWISE)
#: The names of the operators that work element by element.
ELEMENTWISE = frozenset(_TABLE)
#: The names of an operator's arguments, of its overload with the most of them.
ARGUMENTS = {**_TABLE, **_read(_OTHERS)}
