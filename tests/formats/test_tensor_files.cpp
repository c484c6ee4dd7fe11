// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <random>

#include "formats/atomic_file.h"
#include "formats/safetensors.h"
#include "formats/tensors/sorted_table.h"
#include "formats/tensors/tensor_file.h"
#include "support/error_text.h"
#include "support/plain_file.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

fs::path dataFile(const std::string& name) { return fs::path(HMR_TEST_DATA) / "tensors" / name; }

void readEverything(const fs::path& file) {
    const auto tensors = openTensorFile(file);
    for (const auto& [name, info] : tensors->tensors()) tensors->read(name);
}

}  // namespace

/// Files that PyTorch and a TensorFlow writer of our own made (data/tensors/make_tensors.py), against NumPy's copy.
class TestTensorFiles : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;

    static void compare(const TensorFile& file, const NpzArrays& expected) {
        QCOMPARE(file.tensors().size(), expected.size());
        for (const auto& [key, array] : expected) {
            std::string name = key;
            std::replace(name.begin(), name.end(), '|', '/');
            QVERIFY2(file.tensors().contains(name), name.c_str());
            QVERIFY2(file.tensors().at(name).shape == array.shape, name.c_str());
            const NdArray read = file.read(name);
            QVERIFY2(read.shape == array.shape && read.as<double>() == array.as<double>(), name.c_str());
        }
    }

private Q_SLOTS:
    void initTestCase() { folder_ = directory_.path().toStdString(); }

    void everyKindHoldsTheSameNumbers_data() {
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("format");
        for (const char* name : {"plain", "trainer", "lightning"}) {
            QTest::newRow((std::string(name) + ".pt").c_str()) << "reference.npz" << "PyTorch checkpoint (zip)";
            QTest::newRow((std::string(name) + "_legacy.pt").c_str()) << "reference.npz" << "PyTorch checkpoint (legacy)";
        }
        QTest::newRow("module.pt") << "module_reference.npz" << "PyTorch checkpoint (zip)";
        QTest::newRow("bundle.index") << "bundle_reference.npz" << "TensorFlow checkpoint";
        QTest::newRow("bundle_snappy.index") << "bundle_reference.npz" << "TensorFlow checkpoint";
        QTest::newRow("bundle") << "bundle_reference.npz" << "TensorFlow checkpoint";
        QTest::newRow("bundle.data-00000-of-00001") << "bundle_reference.npz" << "TensorFlow checkpoint";
    }
    void everyKindHoldsTheSameNumbers() {
        QFETCH(QString, reference);
        QFETCH(QString, format);
        const auto file = openTensorFile(dataFile(QTest::currentDataTag()));
        QCOMPARE(QString::fromStdString(file->format()), format);
        compare(*file, readNpz(dataFile(reference.toStdString())));
    }
    void namesOfNestedDictionariesAreJoined() {
        const auto file = openTensorFile(dataFile("nested.pt"));
        QVERIFY(file->tensors().contains("outer.inner.conv1.weight"));
    }
    void prefixesOfMostNamesAreLeftOut() {
        // "model." before all but the body that lies beside the network.
        const auto file = openTensorFile(dataFile("lightning_body.pt"));
        QVERIFY(file->tensors().contains("conv1.weight") && file->tensors().contains("smpl.faces"));
    }
    void safetensorsOpenTheSameWay() {
        const NdArray array = NdArray::from(std::vector<float>{1, 2, 3, 4}, {2, 2});
        writeSafetensors(folder_ / "own.safetensors", {{"a", array}}, {{"key", "value"}});
        const auto file = openTensorFile(folder_ / "own.safetensors");
        QCOMPARE(file->read("a").as<float>(), array.as<float>());
        QCOMPARE(file->metadata().at("key"), std::string("value"));
        QVERIFY(errorText([&] { file->read("b"); }).contains("\"b\" is missing"));
    }
    void badFilesAreOneClearSentence_data() {
        QTest::addColumn<QString>("expected");
        QTest::newRow("bad_system.pt") << "Nothing was executed";
        QTest::newRow("bad_system_legacy.pt") << "Nothing was executed";
        QTest::newRow("bad_no_storage.pt") << "is missing";
        QTest::newRow("bad_short_storage.pt") << "reaches beyond the data";
        QTest::newRow("bad_shape.pt") << "reaches beyond the data";
        QTest::newRow("bad_no_pickle.pt") << "no data.pkl";
        QTest::newRow("make_tensors.py") << "it holds no network weights";
        QTest::newRow("nowhere.pt") << "No such file";
    }
    void badFilesAreOneClearSentence() {
        QFETCH(QString, expected);
        const QString text = errorText([&] { readEverything(dataFile(QTest::currentDataTag())); });
        QVERIFY2(text.contains(expected) && text.contains(QTest::currentDataTag()), qPrintable(text));
    }
    void aFlippedBitInACheckpointOfTensorFlowIsFound() {
        const std::string index = readWholeFile(dataFile("bundle.index")), data = readWholeFile(dataFile("bundle.data-00000-of-00001"));
        const auto openWith = [&](const std::string& changedIndex, const std::string& changedData) {
            test::writePlainFile(folder_ / "b.index", changedIndex);
            test::writePlainFile(folder_ / "b.data-00000-of-00001", changedData);
            return errorText([&] { readEverything(folder_ / "b.index"); });
        };
        QVERIFY(openWith(index, data).isEmpty());
        std::string changed = data;
        changed[100] ^= 1;
        QVERIFY(openWith(index, changed).contains("wrong checksum"));
        QVERIFY(openWith(index, data.substr(0, 300)).contains("the file is cut"));
        for (std::size_t i = 0; i + 48 < index.size(); i += 3) {
            changed = index;
            changed[i] ^= 16;
            QVERIFY(!openWith(changed, data).isEmpty());
        }
    }
    void checksumsAreThoseOfTheStandard() {
        // RFC 3720, B.4: CRC-32C of 32 zero bytes is 0x8a9136aa; LevelDB's mask rotates it and adds a constant.
        const std::uint32_t crc = 0x8a9136aa;
        QCOMPARE(maskedCrc32c(std::string(32, '\0')), (crc >> 15 | crc << 17) + 0xa282ead8);
    }
    void anyDamageIsAnErrorAndNothingElse() {
        std::mt19937 random(9);
        for (const char* name : {"trainer.pt", "trainer_legacy.pt", "module.pt", "bundle_snappy.index"}) {
            const std::string whole = readWholeFile(dataFile(name));
            const fs::path damaged = folder_ / (std::string("damaged") + fs::path(name).extension().string());
            for (int trial = 0; trial < 400; ++trial) {
                std::string bytes = whole;
                if (trial % 4 == 0) bytes.resize(random() % bytes.size());
                else for (unsigned i = 0; i <= random() % 3; ++i) bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
                if (bytes.empty()) continue;
                test::writePlainFile(damaged, bytes);
                errorText([&] { readEverything(damaged); });
            }
        }
    }
};

HMR_TEST_CLASS(TestTensorFiles, "test_tensor_files")
#include "test_tensor_files.moc"
