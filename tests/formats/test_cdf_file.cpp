// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <fstream>

#include "formats/cdf_file.h"
#include "support/cdf_writer.h"
#include "support/error_text.h"
#include "support/test_class.h"

namespace hmr::test {

class TestCdfFile : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path write(const std::string& bytes) {
        const std::filesystem::path file = folder_.filePath("a.cdf").toStdString();
        std::ofstream(file, std::ios::binary) << bytes;  // no need to reach the disk
        return file;
    }
    static std::vector<double> numbers() {
        std::vector<double> values;
        for (int i = 0; i < 24; ++i) values.push_back(0.5 * i - 3);
        return values;
    }

private Q_SLOTS:
    void everyLayoutReadsAlike_data() {
        QTest::addColumn<CdfLayout>("layout");
        const auto row = [](const char* name, CdfLayout layout) { QTest::newRow(name) << layout; };
        row("version 3", {});
        row("version 2", {.version = 2});
        row("big endian", {.isBigEndian = true});
        row("float", {.isFloat = true});
        row("values compressed", {.compressesValues = true});
        row("file compressed", {.compressesFile = true});
        row("version 2, file compressed, big endian", {.version = 2, .isBigEndian = true, .compressesFile = true});
        row("version 2, values compressed", {.version = 2, .compressesValues = true});
    }

    void everyLayoutReadsAlike() {
        QFETCH(CdfLayout, layout);
        const CdfVariable pose = readCdfVariable(write(CdfWriter::file("Pose", {3, 4}, numbers(), layout)), "Pose");
        QCOMPARE(pose.shape, (std::vector<std::size_t>{2, 3, 4}));
        QCOMPARE(pose.numbers, numbers());
    }

    void columnMajorIsTurned() {
        const CdfVariable pose = readCdfVariable(write(CdfWriter::file("Pose", {3, 4}, numbers(), {.isColumnMajor = true})), "Pose");
        for (std::size_t record = 0; record < 2; ++record)
            for (std::size_t row = 0; row < 3; ++row)
                for (std::size_t column = 0; column < 4; ++column)
                    QCOMPARE(pose.numbers[12 * record + 4 * row + column], numbers()[12 * record + row + 3 * column]);
    }

    void badFilesAreRefused() {
        const std::string good = CdfWriter::file("Pose", {3, 4}, numbers());
        QVERIFY(errorText([&] { readCdfVariable(write(good), "Other"); }).contains("no variable \"Other\""));
        QVERIFY(errorText([&] { readCdfVariable(write("no CDF at all"), "Pose"); }).contains("not a CDF"));
        // Cut anywhere, the file is refused; nothing is read past its end.
        for (std::size_t size = 0; size < good.size(); size += 7) QVERIFY(!errorText([&] { readCdfVariable(write(good.substr(0, size)), "Pose"); }).isEmpty());
        const std::string packed = CdfWriter::file("Pose", {3, 4}, numbers(), {.compressesFile = true});
        for (std::size_t size = 0; size < packed.size() - 20; size += 5)  // the last numbers only say how hard gzip tried
            QVERIFY(!errorText([&] { readCdfVariable(write(packed.substr(0, size)), "Pose"); }).isEmpty());
    }

    void damagedBytesDoNoHarm() {
        const std::string good = CdfWriter::file("Pose", {3, 4}, numbers());
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string damaged = good;
            damaged[at] = static_cast<char>(~damaged[at]);
            // Refused or read as other numbers, but it ends and touches no other memory (the sanitizers watch).
            errorText([&] { readCdfVariable(write(damaged), "Pose"); });
        }
    }
};

HMR_TEST_CLASS(TestCdfFile, "test_cdf_file")

}  // namespace hmr::test

#include "test_cdf_file.moc"
