// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <limits>
#include <random>

#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/npy_stream.h"
#include "formats/safetensors.h"
#include "formats/tensors/tensor_file.h"
#include "formats/tensors/torch_state.h"
#include "support/error_text.h"
#include "support/heap_peak.h"
#include "support/plain_file.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSlack = 2 << 20;  ///< what messages, tables of names and the C++ library may take besides

void openBody(const fs::path& file) { loadBodyModel(file); }

void openTensors(const fs::path& file) {
    const auto tensors = openTensorFile(file);
    for (const auto& [name, info] : tensors->tensors()) tensors->read(name);
}

}  // namespace

/// What every reader of bodies and networks makes of damage: a sentence and little memory, nothing else.
class TestBadModelFiles : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;

    /// Puts the changed bytes where the kind's reader looks for them and returns what to open.
    fs::path place(const QString& kind, const std::string& bytes) const {
        const fs::path source = sourceOf(kind);
        if (kind.contains(".data-")) {  // an index beside it that is whole
            fs::copy_file(fs::path(source).replace_extension().string() + ".index", folder_ / "damaged.index", fs::copy_options::overwrite_existing);
            test::writePlainFile(folder_ / "damaged.data-00000-of-00001", bytes);
            return folder_ / "damaged.index";
        }
        const fs::path file = folder_ / ("damaged" + source.extension().string());
        if (source.extension() == ".index")
            fs::copy_file(fs::path(source).replace_extension(".data-00000-of-00001"), folder_ / "damaged.data-00000-of-00001",
                          fs::copy_options::overwrite_existing);
        test::writePlainFile(file, bytes);
        return file;
    }
    fs::path sourceOf(const QString& kind) const {
        return kind.startsWith("made/") ? folder_ / kind.mid(5).toStdString() : fs::path(HMR_TEST_DATA) / kind.toStdString();
    }
    static void open(const QString& kind, const fs::path& file) {
        const bool isBody = kind.startsWith("models/") || kind == "made/body.npz";
        isBody ? openBody(file) : openTensors(file);
    }
    static void addKinds() {
        QTest::addColumn<int>("step");
        for (const char* body : {"models/tiny.npz", "models/hands.npz", "models/expressive.npz", "models/tiny_python2_p0.pkl", "models/tiny_python2_p2.pkl",
                                 "models/tiny_python3_p5.pkl", "models/tiny_chumpy_reordered.pkl", "models/tiny_csr.pkl", "models/tiny_coo.pkl",
                                 "models/tiny_hmr.pkl", "models/tiny_300.pkl", "made/body.npz"})
            QTest::newRow(body) << 1000;
        for (const char* weights : {"tensors/trainer.pt", "tensors/trainer_legacy.pt", "tensors/lightning.pt", "tensors/lightning_legacy.pt",
                                    "tensors/module.pt", "tensors/bundle.index", "tensors/bundle_snappy.index",
                                    "tensors/bundle.data-00000-of-00001", "made/weights.safetensors"})
            QTest::newRow(weights) << 41;  // small files, so at more places
    }

private Q_SLOTS:
    void initTestCase() {
        folder_ = directory_.path().toStdString();
        saveBodyModel(folder_ / "body.npz", test::SmallBody::data());
        writeSafetensors(folder_ / "weights.safetensors",
                         {{"conv1.weight", NdArray::halfFrom(std::vector<float>(96, 0.5f), {4, 3, 2, 4})}, {"fc1.bias", NdArray::from(std::vector<float>(40, 1.f), {40})}},
                         {{"architecture", "hmr-resnet18"}});
    }
    void wholeFilesOpen_data() { addKinds(); }
    void wholeFilesOpen() {
        const QString kind = QTest::currentDataTag();
        const QString text = errorText([&] { open(kind, place(kind, readWholeFile(sourceOf(kind)))); });
        QVERIFY2(text.isEmpty(), qPrintable(text));
    }
    void cutFilesAreOneSentence_data() { addKinds(); }
    void cutFilesAreOneSentence() {
        QFETCH(int, step);
        const QString kind = QTest::currentDataTag();
        const std::string whole = readWholeFile(sourceOf(kind));
        for (std::size_t size = 0; size < whole.size(); size += static_cast<std::size_t>(step)) {
            const fs::path file = place(kind, whole.substr(0, size));
            test::HeapPeak::restart();
            const QString text = errorText([&] { open(kind, file); });
            QVERIFY2(text.contains("damaged"), qPrintable(QString::number(size) + ": " + text));
            QVERIFY2(test::HeapPeak::bytes() < 2 * whole.size() + kSlack, qPrintable(QString::number(test::HeapPeak::bytes())));
        }
    }
    void flippedBitsNeverCrash_data() { addKinds(); }
    void flippedBitsNeverCrash() {
        const QString kind = QTest::currentDataTag();
        const std::string whole = readWholeFile(sourceOf(kind));
        std::mt19937 random(23);
        for (int trial = 0; trial < 300; ++trial) {
            std::string bytes = whole;
            for (unsigned i = 0; i <= random() % 3; ++i) bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
            const fs::path file = place(kind, bytes);
            test::HeapPeak::restart();
            const QString text = errorText([&] { open(kind, file); });
            QVERIFY2(text.isEmpty() || text.contains("damaged"), qPrintable(text));
            // A flipped digit of a sparse matrix's shape may ask for up to 24 MB.
            QVERIFY2(test::HeapPeak::bytes() < (std::size_t{64} << 20), qPrintable(QString::number(trial)));
        }
    }
    void largeFilesTakeLessThanTwiceTheirSizeWhenRefused_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        // 16 MB of numbers between a beginning and an end that make them an array.
        const auto beginning = [](const std::string& shape, const std::string& type) {
            const std::string none(1, '\0'), unknown = "J\xff\xff\xff\xff";
            return QByteArray::fromStdString("\x80\2}(U\012v_templatecnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK" + none +
                                             "\x85U\1b\x87R(K\1" + shape + "cnumpy\ndtype\nU\2" + type + "K" + none + "K\1\x87R(K\3U\1<NNN" + unknown +
                                             unknown + "K" + none + "tb\x89T" + none + none + none + "\1");
        };
        const std::string numbers = std::string("J\0\0\x20\0K\1\x86", 8), absurd = "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86";
        QTest::newRow("cut within the numbers") << beginning(numbers, "f8") << QByteArray();
        QTest::newRow("another shape") << beginning(absurd, "f8") << QByteArray("tbu.");
        QTest::newRow("Python objects") << beginning(numbers, "O8") << QByteArray("tbu.");
        QTest::newRow("no other key") << beginning(numbers, "f8") << QByteArray("tbu.");
    }
    void largeFilesTakeLessThanTwiceTheirSizeWhenRefused() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        const std::size_t numBytes = std::size_t{16} << 20;
        const bool isCut = after.isEmpty();
        const fs::path file = folder_ / "damaged.pkl";
        test::writePlainFile(file, before.toStdString() + std::string(isCut ? numBytes / 2 : numBytes, '\0') + after.toStdString());
        test::HeapPeak::restart();
        const QString text = errorText([&] { openBody(file); });
        QVERIFY2(text.contains("damaged.pkl"), qPrintable(text));
        QVERIFY2(test::HeapPeak::bytes() < 2 * fs::file_size(file), qPrintable(QString::number(test::HeapPeak::bytes())));
    }
    void absurdShapesAreOneSentence_data() {
        QTest::addColumn<QString>("expected");
        QTest::newRow("models/bad_absurd_sparse.pkl") << "absurd shape";
        QTest::newRow("tensors/bad_bundle_shape.index") << "absurd shape";
        QTest::newRow("tensors/bad_bundle_size.index") << "does not fit its shape";
        QTest::newRow("tensors/bad_shape.pt") << "reaches beyond the data";
        QTest::newRow("formats/bad_overflow.safetensors") << "does not fit its shape";
        QTest::newRow("tensors/bad_bomb.pt") << "PyTorch does not compress numbers";
    }
    void absurdShapesAreOneSentence() {
        QFETCH(QString, expected);
        const QString kind = QTest::currentDataTag();
        test::HeapPeak::restart();
        const QString text = errorText([&] { open(kind, sourceOf(kind)); });
        QVERIFY2(text.contains(expected), qPrintable(text));
        QVERIFY(test::HeapPeak::bytes() < kSlack);
    }
    void arraysThatExpandBeyondReasonAreRefused() {
        const fs::path bomb = fs::path(HMR_TEST_DATA) / "formats/expands.npz";
        test::HeapPeak::restart();
        const QString text = errorText([&] { readNpz(bomb); });
        QVERIFY2(text.contains("expands.npz") && text.contains("200 times its size") && text.contains("16 MB"), qPrintable(text));
        QVERIFY(test::HeapPeak::bytes() < kSlack);
    }
    void headersAreReadWithoutTheirArrays() {
        const fs::path file = folder_ / "zeros.npz";
        writeNpz(file, {{"names", NdArray::fromTexts({"a", "b"})}, {"zeros", NdArray::from(std::vector<float>(3 << 20), {3, 1 << 20})}});
        test::HeapPeak::restart();
        const auto headers = readNpzHeaders(file);
        QVERIFY2(test::HeapPeak::bytes() < kSlack, qPrintable(QString::number(test::HeapPeak::bytes())));
        QVERIFY(headers.at("zeros").type == ElementType::Float32 && headers.at("zeros").shape == (std::vector<std::size_t>{3, 1 << 20}));
        QVERIFY(headers.at("names").type == ElementType::Text);
        QVERIFY(!readNpzHeaders(fs::path(HMR_TEST_DATA) / "formats/objects.npz").at("a").type);
        for (const char* name : {"records.npy", "complex.npy", "big_endian.npy"}) {
            const std::string bytes = readWholeFile(fs::path(HMR_TEST_DATA) / "formats" / name);
            std::size_t used = 0;
            const ByteSource source = [&](std::byte* target, std::size_t size) {
                const std::size_t taken = bytes.copy(reinterpret_cast<char*>(target), size, used);
                used += taken;
                return taken;
            };
            QVERIFY(!readNpyHeader(source, bytes.size(), name).type);
        }
        QVERIFY(errorText([] { readNpzHeaders(fs::path(HMR_TEST_DATA) / "formats/promises_too_much.npz"); }).contains("promises"));
    }
    void sharedNamesDoNotFillTheMemory() {
        // One name of 60,000 letters for 4,000 entries of nested dictionaries: 240 MB of joined names in 100 KB.
        std::string stream = "\x80\x02}(";
        const std::string name(60'000, 'n');
        const std::uint32_t length = static_cast<std::uint32_t>(name.size());
        stream += "X" + std::string(reinterpret_cast<const char*>(&length), 4) + name + "q\1}(";
        for (int i = 0; i < 4000; ++i) {
            stream += "K" + std::string(1, static_cast<char>(i % 200)) + "}(h\1";
            stream += "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storage" "ctorch\nFloatStorage\nU\1" "0U\x03" "cpuK\1tQK\1)))tRu";
        }
        stream += "uu.";
        const Pickle pickle(stream, "test", UnknownNames::Keep);
        test::HeapPeak::restart();
        const QString text = errorText([&] { torchState(pickle.root()); });
        QVERIFY2(text.contains("names without end"), qPrintable(text));
        QVERIFY2(test::HeapPeak::bytes() < (std::size_t{160} << 20), qPrintable(QString::number(test::HeapPeak::bytes())));
    }
};

HMR_TEST_CLASS(TestBadModelFiles, "test_bad_model_files")
#include "test_bad_model_files.moc"
