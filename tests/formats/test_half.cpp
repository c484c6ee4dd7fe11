// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include "formats/npz.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

/// IEEE 754's definition of binary16, in exact arithmetic.
double definition(unsigned half) {
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const double sign = half & 0x8000 ? -1 : 1;
    if (exponent == 31) return fraction ? std::nan("") : sign * std::numeric_limits<double>::infinity();
    return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

}  // namespace

class TestHalf : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyHalfMeansWhatTheStandardSays() {
        for (unsigned half = 0; half < 0x10000; ++half) {
            const double expected = definition(half);
            const float found = floatFromHalf(static_cast<std::uint16_t>(half));
            QVERIFY2(std::isnan(expected) ? std::isnan(found) : static_cast<double>(found) == expected, qPrintable(QString::number(half, 16)));
            QCOMPARE(std::signbit(found), (half & 0x8000) != 0);
        }
    }
    void everyHalfSurvivesAFloat() {
        for (unsigned half = 0; half < 0x10000; ++half) {
            const std::uint16_t back = halfFromFloat(floatFromHalf(static_cast<std::uint16_t>(half)));
            if (std::isnan(definition(half))) QVERIFY((back & 0x7c00) == 0x7c00 && (back & 0x3ff) != 0);
            else QCOMPARE(back, half);
        }
    }
    void floatsBetweenTwoHalvesGoToTheNearerAndTiesToTheEvenOne() {
        for (unsigned half = 0; half < 0x7c00; ++half) {
            const auto low = static_cast<std::uint16_t>(half), high = static_cast<std::uint16_t>(half + 1);
            // The last step leads to infinity, which stands where 65536 would.
            const double upper = high == 0x7c00 ? 65536 : definition(high);
            const auto middle = static_cast<float>((definition(low) + upper) / 2);  // exact: one bit more than a half
            const std::uint16_t even = low % 2 == 0 ? low : high;
            for (const std::uint16_t sign : {0, 0x8000}) {
                const float s = sign ? -1.F : 1.F;
                QCOMPARE(halfFromFloat(s * middle), even | sign);
                QCOMPARE(halfFromFloat(s * std::nextafter(middle, 0.F)), low | sign);
                QCOMPARE(halfFromFloat(s * std::nextafter(middle, 1e9F)), high | sign);
            }
        }
    }
    void whatIsTooLargeOrTooSmallBecomesInfinityOrZero() {
        QCOMPARE(halfFromFloat(std::numeric_limits<float>::max()), 0x7c00);
        QCOMPARE(halfFromFloat(-1e20F), 0xfc00);
        QCOMPARE(halfFromFloat(std::numeric_limits<float>::denorm_min()), 0);
        QCOMPARE(halfFromFloat(-1e-20F), 0x8000);
    }
};

HMR_TEST_CLASS(TestHalf, "test_half")
#include "test_half.moc"
