// Leaf kernels of the autodiff core: loops over one block of numbers, vectorised for the machine at hand.
//
// Every kernel has the same signature, so that a plan is a list of calls:
//   out, a, b, c point to `count` elements of the kernel's type (suffix f32 or f64), or to one element where the
//   kernel's form says `s` (a scalar); an operand that a kernel does not have is not read.
//   `out` may be the same address as a vector operand; otherwise memory must not overlap.
//
// Results do not depend on the machine: no fused multiply-add, and sums are taken in one fixed order
// (64 partial sums, then pairwise), whatever the vector width.
#ifndef CVECTORMATH_H
#define CVECTORMATH_H

#include <stddef.h>
#include <stdint.h>

typedef void (*vm_kernel)(void *out, const void *a, const void *b, const void *c, size_t count);

#define VM_DECLARE(NAME) void vm_##NAME(void *out, const void *a, const void *b, const void *c, size_t count);
#define VM_TYPES(NAME) VM_DECLARE(NAME##_f32) VM_DECLARE(NAME##_f64)
#define VM_BINARY(NAME) VM_TYPES(NAME##_vv) VM_TYPES(NAME##_vs) VM_TYPES(NAME##_sv)
#define VM_TERNARY(NAME) VM_TYPES(NAME##_vvv) VM_TYPES(NAME##_vvs) VM_TYPES(NAME##_vsv) VM_TYPES(NAME##_vss)

// One operand. Transcendental functions are within 2 units in the last place (f32: 2, f64: 2) over their whole
// domain and follow IEEE at its ends: exp(-inf) = 0, exp(710) = inf, log(0) = -inf, log(-1) = NaN, subnormals
// included; NaN stays NaN.
VM_TYPES(copy)
VM_TYPES(fill)            // a is one element: out = a[0] everywhere
VM_TYPES(negate)
VM_TYPES(absolute)
VM_TYPES(sign)            // -1, 0, 1; NaN for NaN
VM_TYPES(square)
VM_TYPES(reciprocal)
VM_TYPES(square_root)
VM_TYPES(exponential)
VM_TYPES(exponential_minus_one)
VM_TYPES(logarithm)
VM_TYPES(logarithm_of_one_plus)
VM_TYPES(logarithm_of_one_minus_exponential)   // log(1 - exp(a)) for a <= 0, accurate at both ends; NaN above 0
VM_TYPES(hyperbolic_tangent)
VM_TYPES(sigmoid)         // 1 / (1 + exp(-a))
VM_TYPES(sigmoid_slope)   // sigmoid(a) sigmoid(-a) = e / (1 + e)^2 with e = exp(-|a|): accurate however large |a|
VM_TYPES(softplus)        // log(1 + exp(a)) = max(a, 0) + log1p(exp(-|a|))
VM_TYPES(log_cosh)        // log(cosh(a)), relative accuracy also near 0, no overflow

// Both from one exponential: out = sigmoid(a), and sigmoid_slope(a) to `b`, which is written.
VM_TYPES(sigmoid_and_slope)

// Two operands; forms: vv, vs (b is a scalar), sv (a is a scalar).
VM_BINARY(add)
VM_BINARY(subtract)
VM_BINARY(multiply)
VM_BINARY(divide)
VM_BINARY(minimum)        // NaN if either is NaN
VM_BINARY(maximum)
VM_BINARY(power)          // C's pow: any real exponent; within 4 units in the last place for results of ordinary size
VM_BINARY(power_or_zero)  // as power, but 0 where a is 0 and b below 0 (a derivative that has no finite limit)
VM_BINARY(product_with_log)       // a log(b), and 0 where a is 0 whatever b is
VM_BINARY(product_with_log1p)     // a log(1 + b), likewise
VM_BINARY(quotient_or_zero)       // a / b, and 0 where a is 0 whatever b is
VM_BINARY(absolute_difference)    // |a - b|
VM_BINARY(difference_sign)        // 1, 0 or -1: the sign of a - b; NaN if either is
VM_BINARY(held)                   // a held within [-b, b], b being at least 0
VM_BINARY(huber)                  // a^2/2 up to |a| = b, then b (|a| - b/2)
// Of c = (1 - 2 a) b, a being 0 or 1, and for slopes the derivative by b; where two cases meet, that of the second.
VM_BINARY(counter_margin)         // c
VM_BINARY(hinge)                  // max(0, 1 + c)
VM_BINARY(hinge_slope)
VM_BINARY(perceptron)             // max(0, c)
VM_BINARY(perceptron_slope)
VM_BINARY(sparsemax)              // 0 up to c = -1, c from 1 on, (c + 1)^2 / 4 between
VM_BINARY(sparsemax_slope)
VM_BINARY(less)           // 1 or 0; comparisons with NaN are 0
VM_BINARY(less_or_equal)
VM_BINARY(equal)

// Three operands; forms: which of b and c are scalars.
VM_TERNARY(multiply_add)  // a * b + c, rounded twice
VM_TERNARY(select)        // a != 0 ? b : c  (never multiplies: the other side may be NaN)

// Sums: *(double *)out += the sum. Partial sums are of the kernel's type, their sum is a double.
VM_TYPES(sum)
VM_TYPES(sum_of_products)        // of a * b; the same order as `sum`, so a <= a' term by term gives sums in the same order
VM_TYPES(sum_of_three_products)  // of a * b * c
// *(double *)out = the larger (smaller) of it and the largest (smallest) element; NaN if any is NaN.
VM_TYPES(largest)
VM_TYPES(smallest)
// *(double *)out += the number of elements not within [b[0], b[1]] (b points to two elements of the type); NaN counts.
// c may be NULL, or point to an int64_t: how many elements a site has, side by side.
VM_TYPES(count_outside)

// Several sums of one reading, of a and b: out is double[3], += Σ a, Σ b, Σ ab (squared: Σ a², Σ b², Σ ab), with the
// bits of `sum` and `sum_of_products`. Checked: c points to the least and most of a and of b, and out is double[5], whose
// last two += the number of elements of a and of b outside.
VM_TYPES(moments)
VM_TYPES(moments_checked)
VM_TYPES(squared_moments)
VM_TYPES(squared_moments_checked)

// k0 + k1 a + k2 a², with the coefficients at c.
VM_TYPES(polynomial_v)
// k0 + k1 a + k2 b + k3 a² + k4 ab + k5 b², likewise.
VM_TYPES(polynomial_vv)

// Labels: a points to bytes.
VM_TYPES(one_hot)         // 1 where a[i] equals the byte at b, else 0
VM_TYPES(not_label)       // 0 where a[i] equals the byte at b, else 1
VM_TYPES(from_bytes)      // the byte's value
// a: numbers, b: labels, c: a label. out is double[3], += Σ a, the number of labels that are c, Σ a where they are; with the
// bits of `moments` on a and its one-hot target. At most 2⁶⁴ labels.
VM_TYPES(label_moments)
// a: labels, b: a label, c: k0, k1, k2. k0 + k1 + k2 where the label is b, else k0: a polynomial of a one-hot target.
VM_TYPES(label_choice)
// *(double *)out += the number of bytes at or above the 16-bit count at b that are not the 16-bit value at c (0xFFFF: none).
VM_DECLARE(count_labels_outside)

// out[i] = a[i * stride], the stride (elements, an int64_t) at b: axes that lie in memory in another order.
VM_TYPES(strided_load)
VM_DECLARE(strided_load_u8)
VM_TYPES(strided_store)   // out[i * stride] = a[i]

// Change of type.
VM_DECLARE(f32_from_f64)
VM_DECLARE(f64_from_f32)

// Classes: `c` points to this.
typedef struct {
    size_t lanes;         // classes
    size_t in_stride;     // elements from a class to the next in a
    size_t out_stride;    // elements from a class to the next in out (and in b, where written)
    size_t in_site;       // softmax: elements from a site to the next in a: 1, or `lanes` where in_stride is 1
} vm_lanes;

// Softmax over the lanes, for each of `count` sites: out = p (may be NULL), and q = log p to b (may be NULL), both
// written with out_stride. exp(a - max) and log-sum-exp: finite for any finite a. Tuned for 2, 3, 4 and 8 lanes.
VM_TYPES(softmax)

// Several operands with classes: strides from a class to the next, and in `out` from a site to the next (1, or `lanes`
// where `out` is 1 and overlaps no operand).
typedef struct {
    size_t lanes, out, out_site, a, b;
    ptrdiff_t p;          // softmax_curvature: elements from a to p, which has the strides of a
} vm_lane_strides;

// out = x - p Σ x over the lanes (two at least), Σ p being 1: c points to `vm_lane_strides`, a to x, b to p. `out` may be a or b if
// the strides are equal too.
VM_TYPES(softmax_pullback)
// out = p v - p Σ p v, likewise: a points to v, b to p.
VM_TYPES(softmax_tangent)
// out = u - p (2 u - p Σ e) with u = e + r: a points to e, b to r, c to `vm_lane_strides`. `out` may be an operand if the
// strides are equal too.
VM_TYPES(softmax_curvature)
// c - a * b, all vectors.
VM_TYPES(subtract_product)
// out[lane * out_stride + i] = a[i * in_stride + lane]: classes that lie next to each other in memory, set apart.
VM_TYPES(deinterleave)
// out[i * out_stride + lane] = a[lane * in_stride + i]: the way back.
VM_TYPES(interleave)

// Asks for memory that will be read soon: `bytes` at `from`, and as many at each further lane.
void vm_fetch(const void *from, size_t bytes, size_t lanes, size_t lane_bytes);

// Copies past the cache, for results larger than it; c as in `count_outside`. Call vm_fence when the last block is written.
VM_TYPES(stream)
void vm_fence(void);

#endif
