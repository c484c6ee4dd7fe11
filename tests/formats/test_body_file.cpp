// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <limits>

#include "body/posing.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/npz.h"
#include "support/error_text.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

template <typename Sparse>
Eigen::MatrixXf dense(const Sparse& matrix) {
    return Eigen::MatrixXf(matrix);
}

/// [rows, columns] to [columns, rows].
NdArray transposed(const NdArray& array, std::size_t rows, std::size_t columns, std::vector<std::size_t> shape) {
    const std::vector<float> values = array.as<float>();
    std::vector<float> turned(values.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) turned[c * rows + r] = values[r * columns + c];
    return NdArray::from(turned, std::move(shape));
}

}  // namespace

class TestBodyFile : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;
    BodyModelData body_;
    NpzArrays arrays_;

    QString errorOf(const NpzArrays& arrays) {
        writeNpz(folder_ / "bad.npz", arrays);
        return errorText([&] { loadBodyModel(folder_ / "bad.npz"); });
    }

private Q_SLOTS:
    void initTestCase() {
        folder_ = directory_.path().toStdString();
        body_ = test::SmallBody::data();
        body_.partLabels14.assign(static_cast<std::size_t>(body_.templateVertices.rows()), 3);
        saveBodyModel(folder_ / "body.npz", body_);
        arrays_ = readNpz(folder_ / "body.npz");
        // Quick to write and read again for the many rows of bad input.
        std::vector<std::size_t> shape = arrays_.at("posedirs").shape;
        arrays_["posedirs"] = NdArray::from(std::vector<float>(arrays_["posedirs"].size()), shape);
    }
    void everythingComesBack() {
        const BodyModelData loaded = loadBodyModel(folder_ / "body.npz")->data();
        QCOMPARE(loaded.modelId, body_.modelId);
        QVERIFY(loaded.templateVertices == body_.templateVertices);
        QVERIFY(loaded.shapeDirections == body_.shapeDirections);
        QVERIFY(loaded.poseDirections == body_.poseDirections);
        QVERIFY(dense(loaded.jointRegressor) == dense(body_.jointRegressor));
        QVERIFY(dense(loaded.skinWeights) == dense(body_.skinWeights));
        QVERIFY(dense(loaded.cocoPlusRegressor) == dense(body_.cocoPlusRegressor));
        QCOMPARE(loaded.parents, body_.parents);
        QVERIFY(loaded.triangles == body_.triangles);
        QCOMPARE(loaded.jointNames, body_.jointNames);
        QCOMPARE(loaded.betaNames, body_.betaNames);
        QCOMPARE(loaded.landmarks, body_.landmarks);
        QCOMPARE(loaded.partLabels24, body_.partLabels24);
        QCOMPARE(loaded.partLabels14, body_.partLabels14);
        QCOMPARE(loaded.partLabels6, body_.partLabels6);
        QCOMPARE(loaded.mirrorVertices, body_.mirrorVertices);
        QVERIFY(loaded.textureCoordinates == body_.textureCoordinates);
        QVERIFY(loaded.textureTriangles == body_.textureTriangles);
        QCOMPARE(loaded.contentHash, bodyContentHash(body_));
    }
    void theSameBytesEachTime() {
        saveBodyModel(folder_ / "again.npz", body_);
        QCOMPARE(readWholeFile(folder_ / "again.npz"), readWholeFile(folder_ / "body.npz"));
    }
    void theKeysAreThoseOfSmpl() {
        using Shape = std::vector<std::size_t>;
        const auto numVertices = static_cast<std::size_t>(body_.templateVertices.rows());
        QCOMPARE(arrays_.at("v_template").shape, (Shape{numVertices, 3}));
        QCOMPARE(arrays_.at("shapedirs").shape, (Shape{numVertices, 3, 10}));
        QCOMPARE(arrays_.at("posedirs").shape, (Shape{numVertices, 3, 207}));
        QCOMPARE(arrays_.at("J_regressor").shape, (Shape{24, numVertices}));
        QCOMPARE(arrays_.at("weights").shape, (Shape{numVertices, 24}));
        QCOMPARE(arrays_.at("kintree_table").shape, (Shape{2, 24}));
        QCOMPARE(arrays_.at("kintree_table").as<std::uint32_t>().front(), 4294967295u);
        QCOMPARE(arrays_.at("f").shape[1], 3u);
    }
    void aPlainSmplFileLoads() {
        NpzArrays plain;
        for (const char* key : {"v_template", "shapedirs", "posedirs", "J_regressor", "weights", "f"}) {
            const NdArray& array = arrays_.at(key);
            plain[key] = key == std::string("f") ? array : NdArray::from(array.as<double>(), array.shape);
        }
        std::vector<std::int64_t> tree = arrays_.at("kintree_table").as<std::int64_t>();
        tree[0] = -1;
        plain["kintree_table"] = NdArray::from(tree, {2, 24});
        writeNpz(folder_ / "plain.npz", plain);
        const auto model = loadBodyModel(folder_ / "plain.npz");
        QVERIFY(model->data().templateVertices == body_.templateVertices);
        QVERIFY(model->data().jointNames.empty() && model->data().modelId.empty());
    }
    void transposedDirectionsLoad() {
        const std::size_t numVertices = arrays_.at("v_template").shape[0], rows = 3 * numVertices;
        const NpzArrays whole = readNpz(folder_ / "body.npz");
        for (const std::vector<std::size_t>& shape : {std::vector<std::size_t>{207, rows}, {207, numVertices, 3}}) {
            NpzArrays arrays = whole;
            arrays["posedirs"] = transposed(whole.at("posedirs"), rows, 207, shape);
            arrays["shapedirs"] = transposed(whole.at("shapedirs"), rows, 10, {10, rows});
            writeNpz(folder_ / "transposed.npz", arrays);
            const BodyModelData loaded = loadBodyModel(folder_ / "transposed.npz")->data();
            QVERIFY(loaded.poseDirections == body_.poseDirections);
            QVERIFY(loaded.shapeDirections == body_.shapeDirections);
            QCOMPARE(loaded.contentHash, bodyContentHash(body_));
        }
    }
    void theHashFollowsTheSurfaceAlone() {
        const std::string hash = bodyContentHash(body_);
        BodyModelData other = body_;
        other.modelId = "another";
        other.partLabels6.clear();
        QCOMPARE(bodyContentHash(other), hash);
        const std::function<void(BodyModelData&)> changes[] = {
            [](BodyModelData& b) { b.templateVertices(5, 1) += 1e-6F; },
            [](BodyModelData& b) { b.shapeDirections(100, 3) += 1e-6F; },
            [](BodyModelData& b) { b.poseDirections(100, 30) += 1e-6F; },
            [](BodyModelData& b) { b.jointRegressor.valuePtr()[3] += 1e-6F; },
            [](BodyModelData& b) { b.skinWeights.valuePtr()[3] += 1e-6F; },
            [](BodyModelData& b) { b.parents[23] = 20; },
            [](BodyModelData& b) { std::swap(b.triangles(0, 0), b.triangles(0, 1)); }};
        for (const auto& change : changes) {
            BodyModelData changed = body_;
            change(changed);
            QVERIFY(bodyContentHash(changed) != hash);
        }
    }
    void everyKeyIsNeeded() {
        for (const std::string key : {"v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table", "f"}) {
            NpzArrays arrays = arrays_;
            arrays.erase(key);
            const QString text = errorOf(arrays);
            QVERIFY2(text.contains(QString::fromStdString("\"" + key + "\" is missing")), qPrintable(text));
        }
    }
    void wrongShapesAreSaid() {
        for (const auto& [key, array] : arrays_) {
            if (key == "model_id" || key == "landmarks") continue;
            NpzArrays arrays = arrays_;
            arrays[key] = array.type == ElementType::Text ? NdArray::fromTexts({"a", "b"}) : NdArray::from(std::vector<float>(7), {7});
            const QString text = errorOf(arrays);
            QVERIFY2(text.contains(QString::fromStdString("\"" + key + "\" has the shape [")) && text.contains("was expected"), qPrintable(text));
        }
    }
    void numbersThatAreNotFiniteAreSaid() {
        for (const std::string key : {"v_template", "shapedirs", "posedirs", "J_regressor", "weights", "cocoplus_regressor", "vt"}) {
            for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
                NpzArrays arrays = arrays_;
                std::vector<float> values = arrays.at(key).as<float>();
                values[values.size() / 2] = bad;
                arrays[key] = NdArray::from(values, arrays.at(key).shape);
                const QString text = errorOf(arrays);
                QVERIFY2(text.contains(QString::fromStdString("\"" + key + "\" holds values that are not finite")), qPrintable(text));
            }
        }
    }
    void indicesOutOfRangeAreSaid() {
        for (const std::string key : {"f", "ft", "mirror", "kintree_table"}) {
            NpzArrays arrays = arrays_;
            std::vector<std::uint32_t> values = arrays.at(key).as<std::uint32_t>();
            values[5] = 1'000'000;
            arrays[key] = NdArray::from(values, arrays.at(key).shape);
            const QString text = errorOf(arrays);
            QVERIFY2(text.contains(QString::fromStdString("\"" + key + "\"")) && text.contains("1000000"), qPrintable(text));
        }
    }
    void numbersOfAnotherTypeAreSaid() {
        for (const std::string key : {"v_template", "shapedirs", "posedirs", "J_regressor", "weights", "vt"}) {
            NpzArrays arrays = arrays_;
            const std::size_t count = arrays.at(key).size();
            arrays[key] = NdArray::from(std::vector<std::int32_t>(count), arrays.at(key).shape);
            const QString text = errorOf(arrays);
            QVERIFY2(text.contains(QString::fromStdString("\"" + key + "\" holds whole numbers")), qPrintable(text));
        }
        for (const std::string key : {"f", "kintree_table"}) {
            NpzArrays arrays = arrays_;
            NdArray& array = arrays.at(key);
            array = {ElementType::Bool, 1, array.shape, std::vector<std::byte>(array.size())};
            const QString text = errorOf(arrays);
            QVERIFY2(text.contains(QString::fromStdString("\"" + key + "\" holds truth values")), qPrintable(text));
        }
    }
    void layoutsOfOthersAreNamed() {
        const NdArray numbers = NdArray::from(std::vector<float>(6), {2, 3});
        QVERIFY(errorOf({{"skin_template_v", numbers}}).contains("SKEL"));
        QVERIFY(errorOf({{"pose", numbers}, {"shape", numbers}, {"cam", numbers}}).contains("smpl_mean_params.npz"));
        QVERIFY(errorOf({{"joint_regressor", numbers}, {"kinematic_tree", numbers}, {"pose_blend_shapes", numbers}}).contains("SMPL++"));
    }
    void textWhereNumbersBelongIsSaid() {
        NpzArrays arrays = arrays_;
        arrays["weights"] = NdArray::fromText("heavy");
        QVERIFY(errorOf(arrays).contains("\"weights\""));
        arrays = arrays_;
        arrays["model_id"] = NdArray::from(std::vector<float>{1}, {1});
        QVERIFY(errorOf(arrays).contains("\"model_id\""));
    }
    void badLandmarksAreSaid() {
        for (const char* text : {"", "[1]", "{\"nose\": 3}", "{\"nose\": []}", "{\"nose\": [-1]}", "{\"nose\": [1.5]}", "{\"nose\": [99999999]}"}) {
            NpzArrays arrays = arrays_;
            arrays["landmarks"] = NdArray::fromText(text);
            QVERIFY2(errorOf(arrays).contains("\"landmarks\""), text);
        }
    }
    void everyErrorNamesTheFile() {
        QVERIFY(errorOf({}).contains("bad.npz"));
        QVERIFY(errorText([&] { loadBodyModel(folder_ / "none.npz"); }).contains("none.npz"));
        QVERIFY(errorText([&] { loadBodyModel(folder_); }).contains("folder"));
    }
};

HMR_TEST_CLASS(TestBodyFile, "test_body_file")
#include "test_body_file.moc"
