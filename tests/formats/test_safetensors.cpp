// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <cstring>

#include "formats/atomic_file.h"
#include "formats/safetensors.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

fs::path data(const std::string& name) { return fs::path(HMR_TEST_DATA) / "formats" / name; }

template <typename T>
std::vector<T> valuesOf(const TensorView& tensor) {
    NdArray array;
    array.type = tensor.type;
    array.itemSize = elementSize(tensor.type);
    array.shape = tensor.shape;
    array.bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
    return array.as<T>();
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;

private Q_SLOTS:
    void initTestCase() { folder_ = directory_.path().toStdString(); }

    void readsAFileMadeByHand() {
        const SafetensorsFile file(data("good.safetensors"));
        QCOMPARE(file.metadata(), (std::map<std::string, std::string>{{"format", "pt"}, {"名", "值"}}));
        QCOMPARE(file.tensors().size(), 5u);
        QCOMPARE(file.tensors().at("a.weight").shape, (std::vector<std::size_t>{2, 3}));
        QCOMPARE(valuesOf<float>(file.tensors().at("a.weight")), (std::vector<float>{0, 0.5F, 1, -1.5F, 2, 1e-3F}));
        QCOMPARE(valuesOf<float>(file.tensors().at("b")), (std::vector<float>{1, -2, 0.5F, 65504}));
        QCOMPARE(valuesOf<std::int64_t>(file.tensors().at("c")), (std::vector<std::int64_t>{-1, std::int64_t{1} << 40}));
        QCOMPARE(valuesOf<int>(file.tensors().at("scalar")), std::vector<int>{7});
        QVERIFY(file.tensors().at("none").bytes.empty());
    }
    void writesWhatItReads() {
        const std::vector<float> values = {1, 2, 3, 4.5F, -6, 1e-8F};
        const std::map<std::string, NdArray> tensors = {{"byte", NdArray::from(std::vector<std::uint8_t>{1, 2, 3}, {3})},
                                                        {"half", NdArray::halfFrom(values, {6})},
                                                        {"single", NdArray::from(values, {2, 3})},
                                                        {"whole", NdArray::from(std::vector<std::int64_t>{-5}, {})}};
        const std::map<std::string, std::string> metadata = {{"licence", "CC0 \"quoted\"\n"}, {"名", "值"}};
        writeSafetensors(folder_ / "a.safetensors", tensors, metadata);
        const SafetensorsFile file(folder_ / "a.safetensors");
        QCOMPARE(file.metadata(), metadata);
        QCOMPARE(file.tensors().size(), tensors.size());
        for (const auto& [name, array] : tensors) {
            const TensorView& tensor = file.tensors().at(name);
            QVERIFY(tensor.type == array.type && tensor.shape == array.shape);
            QVERIFY(std::equal(tensor.bytes.begin(), tensor.bytes.end(), array.bytes.begin(), array.bytes.end()));
            QCOMPARE(reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % elementSize(tensor.type), 0u);
        }
        writeSafetensors(folder_ / "b.safetensors", tensors, metadata);
        QCOMPARE(readWholeFile(folder_ / "a.safetensors"), readWholeFile(folder_ / "b.safetensors"));
    }
    void textIsNoTensor() {
        QVERIFY(!errorText([&] { writeSafetensors(folder_ / "t", {{"t", NdArray::fromText("x")}}, {}); }).isEmpty());
        QVERIFY(!fs::exists(folder_ / "t"));
    }
    void itCanBeMoved() {
        SafetensorsFile first(data("good.safetensors"));
        SafetensorsFile second = std::move(first);
        first = SafetensorsFile(data("good.safetensors"));
        QCOMPARE(valuesOf<int>(second.tensors().at("scalar")), std::vector<int>{7});
        QCOMPARE(valuesOf<int>(first.tensors().at("scalar")), std::vector<int>{7});
    }
    void badFilesAreRefused_data() {
        QTest::addColumn<QString>("reason");
        const std::pair<const char*, const char*> rows[] = {
            {"overlap", "overlap"}, {"gap", "gap"}, {"out_of_range", "outside"}, {"negative", "no list of sizes"},
            {"reversed", "outside"}, {"trailing", "end at byte 24 of 48"}, {"wrong_shape", "does not fit"}, {"overflow", "does not fit"},
            {"negative_shape", "no list of sizes"}, {"unknown_type", "BF16"}, {"type_is_number", "lacks its type"},
            {"no_shape", "lacks its type"}, {"entry_is_list", "lacks its type"}, {"metadata_is_number", "no text"},
            {"list", "no JSON object"}, {"no_json", "no JSON object"}, {"long_header", "header claims"}, {"short", "too short"}};
        for (const auto& [name, reason] : rows) QTest::newRow(name) << QString(reason);
    }
    void badFilesAreRefused() {
        QFETCH(QString, reason);
        const std::string name = std::string("bad_") + QTest::currentDataTag() + ".safetensors";
        const QString text = errorText([&] { SafetensorsFile file(data(name)); });
        QVERIFY2(text.contains(reason) && text.contains(QString::fromStdString(name)), qPrintable(text));
    }
    void whatIsNoFileIsRefused() {
        QVERIFY(errorText([&] { SafetensorsFile file(folder_ / "none"); }).contains("No such file"));
        QVERIFY(!errorText([&] { SafetensorsFile file(folder_); }).isEmpty());
    }
    void cutFilesAreRefused() {
        const std::string whole = readWholeFile(data("good.safetensors"));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            writeWholeFile(folder_ / "cut", whole.substr(0, length));
            QVERIFY(!errorText([&] { SafetensorsFile file(folder_ / "cut"); }).isEmpty());
        }
    }
    void damagedFilesNeverCrash() {
        const std::string whole = readWholeFile(data("good.safetensors"));
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x11);
            writeWholeFile(folder_ / "damaged", damaged);
            errorText([&] { SafetensorsFile file(folder_ / "damaged"); });
        }
    }
};

HMR_TEST_CLASS(TestSafetensors, "test_safetensors")
#include "test_safetensors.moc"
