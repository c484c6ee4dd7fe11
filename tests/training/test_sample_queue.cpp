// SPDX-License-Identifier: MIT
#include <QObject>
#include <array>

#include "body/error.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/sample_queue.h"

using namespace hmr;
using hmr::test::errorText;

namespace {

/// Samples that carry their index, slower for some so that threads finish out of order.
class CountingSource : public SampleSource {
public:
    CountingSource(int size, float mark) : size_(size), mark_(mark) {}
    void draw(std::uint64_t index, TrainingSample& sample) override {
        if (index == 1000) throw Error("picture 1000 is damaged");
        volatile double work = 0;
        for (std::uint64_t i = 0; i < (index * 7919 % 13) * 20000; ++i) work = work + 1;
        sample = {};
        sample.size = size_;
        sample.keypoints[0] = static_cast<float>(index);
        sample.keypoints[1] = mark_;
    }

private:
    int size_;
    float mark_;
};

SampleQueueOptions countingOptions(int threads) {
    SampleQueueOptions options;
    options.batch = 5;
    options.threads = threads;
    options.queuedBatches = 3;
    options.makeSource = [](int size) { return std::make_unique<CountingSource>(size, 0.0f); };
    options.sizeAt = [](std::uint64_t first) { return first < 20 ? 32 : 64; };
    return options;
}

}  // namespace

class TestSampleQueue : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void batchesAreTheSameForAnyNumberOfThreads_data() {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 5}) QTest::addRow("%d", threads) << threads;
    }

    void batchesAreTheSameForAnyNumberOfThreads() {
        QFETCH(int, threads);
        SampleQueue queue(countingOptions(threads), 0);
        for (std::uint64_t number = 0; number < 12; ++number) {
            const SampleBatch batch = queue.next();
            QCOMPARE(batch.number, number);
            QCOMPARE(batch.size, number < 4 ? 32 : 64);
            for (std::size_t i = 0; i < 5; ++i) {
                QCOMPARE(batch.samples[i].keypoints[0], static_cast<float>(number * 5 + i));
                QCOMPARE(batch.samples[i].size, batch.size);
            }
        }
    }

    void aResumedQueueGoesOnWhereItWas() {
        SampleQueue queue(countingOptions(2), 7);
        QCOMPARE(queue.next().samples[0].keypoints[0], 35.0f);
    }

    void processesShareTheBatches() {
        std::array<bool, 60> seen{};
        for (std::uint64_t rank = 0; rank < 3; ++rank) {
            SampleQueueOptions options = countingOptions(1);
            options.processes = 3;
            options.rank = rank;
            SampleQueue queue(options, 0);
            for (int batch = 0; batch < 4; ++batch)
                for (const TrainingSample& sample : queue.next().samples) {
                    const auto index = static_cast<std::size_t>(sample.keypoints[0]);
                    QVERIFY(!seen[index]);
                    seen[index] = true;
                }
        }
        QVERIFY(std::ranges::all_of(seen, [](bool was) { return was; }));
    }

    void whatASourceThrowsComesOut() {
        SampleQueue queue(countingOptions(2), 200);
        QVERIFY(errorText([&] { queue.next(); }).contains("1000"));
    }

    void mixedSourcesKeepTheirShares() {
        MixedSource mixed;
        mixed.add(std::make_unique<CountingSource>(32, 0.0f), 1);
        mixed.add(std::make_unique<CountingSource>(32, 1.0f), 3);
        TrainingSample sample;
        int second = 0;
        for (std::uint64_t index = 0; index < 400; ++index) {
            mixed.draw(index, sample);
            second += sample.keypoints[1] > 0.5f;
            if (index >= 31) QVERIFY(std::abs(second - 0.75 * static_cast<double>(index + 1)) < 3);
        }
        QVERIFY(std::abs(second - 300) <= 2);
    }
};

HMR_TEST_CLASS(TestSampleQueue, "test_sample_queue")
#include "test_sample_queue.moc"
