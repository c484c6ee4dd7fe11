// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <cstring>
#include <random>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

fs::path data(const std::string& name) { return fs::path(HMR_TEST_DATA) / "formats" / name; }

/// 0, 1, 2 … times a factor plus an offset, as make_numpy_files.py filled its arrays.
std::vector<double> ramp(double factor, double offset) {
    std::vector<double> values;
    for (int i = 0; i < 24; ++i) values.push_back(i * factor + offset);
    return values;
}

bool sameArrays(const NdArray& a, const NdArray& b) {
    return a.type == b.type && a.itemSize == b.itemSize && a.shape == b.shape && a.bytes == b.bytes;
}

}  // namespace

class TestNpz : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;

private Q_SLOTS:
    void initTestCase() { folder_ = directory_.path().toStdString(); }

    void readsWhatNumPyWrote_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("stored") << "stored.npz";
        QTest::newRow("deflated") << "deflated.npz";
    }
    void readsWhatNumPyWrote() {
        QFETCH(QString, file);
        const NpzArrays arrays = readNpz(data(file.toStdString()));
        using Shape = std::vector<std::size_t>;
        for (const char* key : {"f2", "f4", "f8"}) QCOMPARE(arrays.at(key).as<double>(), ramp(0.125, -1));
        for (const char* key : {"i1", "i2", "i4", "i8"}) QCOMPARE(arrays.at(key).as<double>(), ramp(1, -12));
        for (const char* key : {"u1", "u2", "u4", "u8", "fortran2", "fortran3"}) QCOMPARE(arrays.at(key).as<double>(), ramp(1, 0));
        QCOMPARE(arrays.at("f4").shape, (Shape{2, 3, 4}));
        QCOMPARE(arrays.at("fortran2").shape, (Shape{6, 4}));
        QCOMPARE(arrays.at("scalar").shape, Shape{});
        QCOMPARE(arrays.at("scalar").as<float>(), std::vector<float>{2.5F});
        QCOMPARE(arrays.at("empty").shape, (Shape{0, 3}));
        QVERIFY(arrays.at("empty").as<float>().empty());
        for (int i = 0; i < 24; ++i) QCOMPARE(arrays.at("bool").as<std::uint8_t>()[static_cast<std::size_t>(i)], i % 3 == 0 ? 1 : 0);
        QCOMPARE(arrays.at("text").text(), "Grüße 人体 🙂");
        QCOMPARE(arrays.at("texts").texts(), (std::vector<std::string>{"left", "右", ""}));
        QCOMPARE(arrays.at("bytes").texts(), (std::vector<std::string>{"ab", "c"}));
        QCOMPARE(arrays.size(), 19u);
    }
    void readsEveryVersion() {
        for (const char* name : {"version1.npy", "version2.npy", "version3.npy"}) {
            const NdArray array = readNpy(data(name));
            QCOMPARE(array.type, ElementType::Float32);
            QCOMPARE(array.as<double>(), ramp(0.125, -1));
        }
    }
    void writesWhatItReads() {
        const NpzArrays arrays = readNpz(data("stored.npz"));
        writeNpz(folder_ / "copy.npz", arrays);
        const NpzArrays copy = readNpz(folder_ / "copy.npz");
        QCOMPARE(copy.size(), arrays.size());
        for (const auto& [name, array] : arrays) QVERIFY2(sameArrays(copy.at(name), array), name.c_str());
        for (const auto& [name, array] : arrays) {
            writeNpy(folder_ / "copy.npy", array);
            QVERIFY2(sameArrays(readNpy(folder_ / "copy.npy"), array), name.c_str());
        }
    }
    void equalArraysGiveEqualBytes() {
        const NpzArrays arrays = readNpz(data("deflated.npz"));
        writeNpz(folder_ / "first.npz", arrays);
        QTest::qWait(5);
        writeNpz(folder_ / "second.npz", arrays);
        QCOMPARE(readWholeFile(folder_ / "first.npz"), readWholeFile(folder_ / "second.npz"));
        // 1 January 1980, midnight
        QCOMPARE(readWholeFile(folder_ / "first.npz").substr(10, 4), std::string("\0\0\x21\0", 4));
    }
    void manyZerosPackWell() {
        writeNpz(folder_ / "zeros.npz", {{"a", NdArray::from(std::vector<float>(1'000'000), {1'000'000})}});
        QVERIFY(fs::file_size(folder_ / "zeros.npz") < 10'000);
        QCOMPARE(readNpz(folder_ / "zeros.npz").at("a").size(), 1'000'000u);
    }
    void cancellingIsSeenWithinAnArray() {
        std::mt19937 generator(2);
        std::vector<float> noise(1'000'000);
        for (float& value : noise) value = static_cast<float>(generator());
        writeWholeFile(folder_ / "cancelled.npz", "old");
        double reached = 0;
        const auto report = [&](double share) {
            if ((reached = share) >= 0.3) throw Error("cancelled");
        };
        QCOMPARE(errorText([&] { writeNpz(folder_ / "cancelled.npz", {{"noise", NdArray::from(noise, {noise.size()})}}, report); }), QString("cancelled"));
        QVERIFY2(reached < 0.4, qPrintable(QString::number(reached)));
        QCOMPARE(readWholeFile(folder_ / "cancelled.npz"), "old");
    }
    void theEmptyArchiveIsRead() {
        writeNpz(folder_ / "none.npz", {});
        QVERIFY(readNpz(folder_ / "none.npz").empty());
    }
    void halvesAreKept() {
        const NdArray halves = NdArray::halfFrom({1, -0.5F, 65504, 1e-7F}, {4});
        QCOMPARE(halves.as<float>(), (std::vector<float>{1, -0.5F, 65504, 1.1920929e-7F}));
    }
    void numbersThatDoNotFitAreRefused() {
        const NdArray array = NdArray::from(std::vector<double>{1.5}, {1});
        QVERIFY(!errorText([&] { array.as<int>(); }).isEmpty());
        QVERIFY(!errorText([&] { NdArray::from(std::vector<double>{NAN}, {1}).as<std::uint8_t>(); }).isEmpty());
        QVERIFY(!errorText([&] { NdArray::from(std::vector<float>{2147483648.F}, {1}).as<std::int32_t>(); }).isEmpty());
        QVERIFY(!errorText([&] { NdArray::from(std::vector<std::int64_t>{-1}, {1}).as<std::uint32_t>(); }).isEmpty());
        QVERIFY(!errorText([&] { NdArray::fromText("a").as<float>(); }).isEmpty());
        QVERIFY(!errorText([&] { array.text(); }).isEmpty());
        QCOMPARE(NdArray::from(std::vector<float>{-2147483648.F}, {1}).as<std::int32_t>().front(), -2147483648LL);
    }
    void badFilesAreRefused_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reason");
        QTest::newRow("big-endian") << "big_endian.npy" << "big-endian";
        QTest::newRow("objects") << "objects.npy" << "Python objects";
        QTest::newRow("records") << "records.npy" << "records";
        QTest::newRow("complex") << "complex.npy" << "<c8";
        QTest::newRow("promises too much") << "promises_too_much.npz" << "12000000000 bytes of data, but 12 are there";
        QTest::newRow("overflow") << "overflows.npz" << "far too many";
        QTest::newRow("bomb") << "bomb.npz" << "3221225472";
        QTest::newRow("twice") << "twice.npz" << "twice";
        QTest::newRow("objects in npz") << "objects.npz" << "Python objects";
        QTest::newRow("no zip") << "version1.npy" << "";
        QTest::newRow("missing") << "none.npz" << "No such file";
        QTest::newRow("script") << "make_numpy_files.py" << "no whole NumPy archive";
    }
    void badFilesAreRefused() {
        QFETCH(QString, file);
        QFETCH(QString, reason);
        const fs::path path = data(file.toStdString());
        const bool asArray = file.endsWith(".npy") && !reason.isEmpty();
        const QString text = errorText([&] { asArray ? (void)readNpy(path) : (void)readNpz(path); });
        QVERIFY2(text.contains(reason) && text.contains(file), qPrintable(text));
    }
    void otherArraysOfAFileWithObjectsAreRead() {
        const NpzFile file(data("objects.npz"));
        QCOMPARE(file.names(), (std::vector<std::string>{"a", "b"}));
        QCOMPARE(file.read("b").as<double>(), std::vector<double>(3, 1.0));
        QVERIFY(errorText([&] { file.read("c"); }).contains("\"c\" is missing; it holds a, b"));
    }
    void cutFilesAreRefused() {
        for (const char* name : {"stored.npz", "deflated.npz", "version1.npy", "version2.npy"}) {
            const std::string whole = readWholeFile(data(name));
            const bool isArchive = fs::path(name).extension() == ".npz";
            for (std::size_t length = 0; length < whole.size(); length += 97) {
                writeWholeFile(folder_ / "cut", whole.substr(0, length));
                const QString text = errorText([&] { isArchive ? (void)readNpz(folder_ / "cut") : (void)readNpy(folder_ / "cut"); });
                QVERIFY2(!text.isEmpty(), qPrintable(QString("%1 cut at %2").arg(name).arg(length)));
            }
        }
    }
    void damagedFilesNeverCrash() {
        for (const char* name : {"deflated.npz", "version1.npy"}) {
            const std::string whole = readWholeFile(data(name));
            for (std::size_t at = 0; at < whole.size(); at += 5) {
                std::string damaged = whole;
                damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
                writeWholeFile(folder_ / "damaged", damaged);
                errorText([&] { readNpz(folder_ / "damaged"); });
                errorText([&] { parseNpy(damaged, "damaged"); });
            }
        }
    }
    void manyTextsOfNoLengthAreRefused() {
        // A million million elements in no bytes at all.
        const std::string header = "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,), }";
        const std::string bytes = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + '\0' + header;
        QVERIFY(errorText([&] { parseNpy(bytes, "texts").texts(); }).contains("<U0"));
    }
    void strangeHeadersAreRefused_data() {
        QTest::addColumn<QByteArray>("header");
        const char* headers[] = {"", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)",
                                 "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3,), }",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,), }",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': 3, }",
                                 "{'descr': 'f', 'fortran_order': False, 'shape': (3,), }",
                                 "{'descr': '<f3', 'fortran_order': False, 'shape': (4,), }",
                                 "{'descr': '<U99999999999', 'fortran_order': False, 'shape': (), }",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'more': 1}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } import os"};
        for (const char* header : headers) QTest::addRow("%s", header) << QByteArray(header);
    }
    void strangeHeadersAreRefused() {
        QFETCH(QByteArray, header);
        std::string bytes = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + '\0' + header.toStdString();
        bytes.append(12, '\0');
        QVERIFY(!errorText([&] { parseNpy(bytes, "strange"); }).isEmpty());
    }
};

HMR_TEST_CLASS(TestNpz, "test_npz")
#include "test_npz.moc"
