// Arithmetic and comparison, element by element; plain loops that the compiler vectorises.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

#define UNARY(NAME, RESULT) DEFINE_UNARY(NAME, f32, float, RESULT) DEFINE_UNARY(NAME, f64, double, RESULT)
#define BINARY(NAME, RESULT) DEFINE_BINARY(NAME, f32, float, RESULT) DEFINE_BINARY(NAME, f64, double, RESULT)
#define TERNARY(NAME, RESULT) DEFINE_TERNARY(NAME, f32, float, RESULT) DEFINE_TERNARY(NAME, f64, double, RESULT)

UNARY(copy, x)
UNARY(negate, -x)
UNARY(absolute, __builtin_elementwise_abs(x))
// A zero or NaN passes through.
UNARY(sign, x > 0 ? 1 : x < 0 ? -1 : x)
UNARY(square, x * x)
UNARY(reciprocal, 1 / x)
UNARY(square_root, __builtin_elementwise_sqrt(x))

BINARY(add, x + y)
BINARY(subtract, x - y)
BINARY(multiply, x * y)
BINARY(divide, x / y)
// Where y is NaN the comparison fails and y is taken; where x is NaN x is.
BINARY(minimum, ((x < y) | (x != x)) ? x : y)
BINARY(maximum, ((x > y) | (x != x)) ? x : y)
BINARY(quotient_or_zero, x == 0 ? 0 : x / y)
BINARY(absolute_difference, __builtin_elementwise_abs(x - y))
BINARY(difference_sign, x > y ? 1 : x < y ? -1 : x - y)
// Where x is NaN the comparisons fail, and it is taken.
BINARY(held, x < -y ? -y : x > y ? y : x)
#define HUBER(MAGNITUDE) (MAGNITUDE > y ? y * (MAGNITUDE - y / 2) : x * x / 2)
BINARY(huber, HUBER(__builtin_elementwise_abs(x)))
// Of the margin m = (2 x - 1) y.
#define COUNTER_MARGIN ((1 - 2 * x) * y)
#define SPARSEMAX(C) (C <= -1 ? 0 : C >= 1 ? C : (C + 1) * (C + 1) / 4)
BINARY(counter_margin, COUNTER_MARGIN)
BINARY(hinge, 1 + COUNTER_MARGIN <= 0 ? 0 : 1 + COUNTER_MARGIN)
BINARY(hinge_slope, 1 + COUNTER_MARGIN < 0 ? 0 : 1 - 2 * x)
BINARY(perceptron, COUNTER_MARGIN <= 0 ? 0 : COUNTER_MARGIN)
BINARY(perceptron_slope, COUNTER_MARGIN < 0 ? 0 : 1 - 2 * x)
BINARY(sparsemax, SPARSEMAX(COUNTER_MARGIN))
BINARY(sparsemax_slope,
       COUNTER_MARGIN <= -1 ? 0 : COUNTER_MARGIN >= 1 ? 1 - 2 * x : (COUNTER_MARGIN + 1) / 2 * (1 - 2 * x))
BINARY(less, x < y ? 1 : 0)
BINARY(less_or_equal, x <= y ? 1 : 0)
BINARY(equal, x == y ? 1 : 0)

TERNARY(multiply_add, x * y + z)
TERNARY(select, x != 0 ? y : z)

KERNEL(f32_from_f64) {
    float *to = out;
    const double *from = a;
    EACH_f32(i, count) to[i] = (float)from[i];
}

KERNEL(f64_from_f32) {
    double *to = out;
    const float *from = a;
    EACH_f32(i, count) to[i] = from[i];
}
