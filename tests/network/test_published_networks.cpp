// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "formats/atomic_file.h"
#include "formats/safetensors.h"
#include "network/published_answer.h"
#include "network/published_weights.h"
#include "support/error_text.h"
#include "support/formula_picture.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

namespace {

using Arrays = std::map<std::string, NdArray>;

/// The numbers that data/network/make_published_reference.py gives a tensor.
NdArray formulaTensor(const std::string& name, const std::vector<std::size_t>& shape, int seed) {
    std::size_t count = 1;
    for (const std::size_t extent : shape) count *= extent;
    double offset = 0, gain = 0.1;
    if (name.ends_with("moving_variance")) {
        offset = 1;
        gain = 0.5;
    } else if (name.ends_with("gamma") || (shape.size() == 1 && name.ends_with("weight"))) {
        offset = 0.6;
    } else if (name.find("init_") != std::string::npos || name == "mean_param") {
        gain = 0.5;
    } else if (shape.size() == 2 || shape.size() == 4) {
        const bool isTransformer = name.starts_with("backbone.") || name.starts_with("smpl_head.");
        gain = (isTransformer ? 4 : name.find(".fc3.") != std::string::npos ? 1 : 3) / std::sqrt(static_cast<double>(count / shape[0]));
    }
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<float>(offset + gain * std::sin(static_cast<double>(i) * 12.9898 + 78.233 * seed));
    return NdArray::from(values, shape);
}

std::string recipeText(const NetworkRecipe& recipe) {
    const nlohmann::json json = {{"architecture", recipe.architecture}, {"input_size", recipe.inputSize},
                                 {"mean", recipe.mean},                 {"deviation", recipe.deviation},
                                 {"person_share", recipe.personShare},  {"pad_with_edge", recipe.padWithEdge},
                                 {"rotation_encoding", recipe.rotationEncoding}, {"iterations", recipe.iterations}};
    return json.dump();
}

/// Tensors in memory that pretend to be a file.
class TensorsInMemory : public TensorFile {
public:
    explicit TensorsInMemory(Arrays arrays) : arrays_(std::move(arrays)) {
        for (const auto& [name, array] : arrays_) infos_[name] = {array.type, array.shape};
    }
    std::string format() const override { return "test"; }
    const std::filesystem::path& path() const override { return path_; }
    const std::map<std::string, TensorInfo>& tensors() const override { return infos_; }
    NdArray read(const std::string& name) const override { return arrays_.at(name); }

private:
    std::filesystem::path path_ = "memory.pt";
    Arrays arrays_;
    std::map<std::string, TensorInfo> infos_;
};

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix matrixOf(const NdArray& array) {
    const std::vector<double> values = array.as<double>();
    const auto columns = array.shape.size() > 1 ? static_cast<Eigen::Index>(array.shape[1]) : 1;
    return Eigen::Map<const Matrix>(values.data(), static_cast<Eigen::Index>(array.shape[0]), columns);
}

}  // namespace

/// Architectures of published networks against PyTorch (data/network/published_reference.json), and what becomes of files.
class TestPublishedNetworks : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    std::filesystem::path folder_;
    nlohmann::json references_;

    Arrays arraysOf(const std::string& architecture) const {
        Arrays arrays;
        int seed = 0;
        for (const auto& [name, shape] : references_.at(architecture).at("shapes").items())  // sorted by name
            arrays[name] = formulaTensor(name, shape.get<std::vector<std::size_t>>(), seed++);
        return arrays;
    }
    /// Names and shapes as TensorFlow has them; the numbers are not turned.
    static Arrays inTensorFlowsLayout(const Arrays& arrays) {
        Arrays result;
        for (const auto& [name, array] : arrays) {
            std::string slashed = name;
            std::replace(slashed.begin(), slashed.end(), '.', '/');
            std::vector<std::size_t> shape = array.shape;
            if (name.ends_with(".weights") && shape.size() == 4) shape = {shape[2], shape[3], shape[1], shape[0]};
            if (name.ends_with(".weights") && shape.size() == 2) shape = {shape[1], shape[0]};
            result[slashed] = NdArray::from(array.as<float>(), shape);
        }
        return result;
    }
    std::filesystem::path write(const Arrays& arrays, PublishedNetwork network) const {
        const auto file = folder_ / "network.safetensors";
        writeSafetensors(file, arrays, {{"recipe", recipeText(publishedRecipe(network))}});
        return file;
    }
    Arrays smallSpin() const {
        std::mt19937 random(2);
        std::normal_distribution<float> normal;
        const auto tensor = [&](std::vector<std::size_t> shape) {
            std::size_t count = 1;
            for (const std::size_t extent : shape) count *= extent;
            std::vector<float> values(count);
            for (float& value : values) value = normal(random);
            return NdArray::from(values, shape);
        };
        return {{"conv1.weight", tensor({2, 3, 1, 1})},    {"layer4.2.conv3.weight", tensor({1, 1, 1, 1})}, {"fc1.weight", tensor({6, 10})},
                {"fc1.bias", tensor({6})},                 {"fc2.weight", tensor({6, 6})},                  {"fc2.bias", tensor({6})},
                {"decpose.weight", tensor({4, 6})},        {"decpose.bias", tensor({4})},                   {"decshape.weight", tensor({2, 6})},
                {"decshape.bias", tensor({2})},            {"deccam.weight", tensor({3, 6})},               {"deccam.bias", tensor({3})},
                {"init_pose", tensor({1, 4})},             {"init_shape", tensor({1, 2})},                  {"init_cam", tensor({1, 3})},
                {"bn1.num_batches_tracked", NdArray::from(std::vector<std::int64_t>{7}, {})}};
    }

private Q_SLOTS:
    void initTestCase() {
        folder_ = directory_.path().toStdString();
        references_ = nlohmann::json::parse(readWholeFile(HMR_TEST_DATA "/network/published_reference.json"));
    }

    void architecturesAnswerAsInPyTorch_data() {
        QTest::addColumn<int>("network");
        QTest::newRow("hmr-slim-resnet50") << static_cast<int>(PublishedNetwork::HmrTensorFlow);
        QTest::newRow("hmr2-vit") << static_cast<int>(PublishedNetwork::Hmr2);
    }
    void architecturesAnswerAsInPyTorch() {
        QFETCH(int, network);
        const std::string architecture = QTest::currentDataTag();
        const auto loaded = HmrNetwork::load(write(arraysOf(architecture), static_cast<PublishedNetwork>(network)));
        QCOMPARE(loaded->recipe().architecture, architecture);
        const NetworkOutput output = loaded->recover(test::formulaPicture(loaded->recipe().inputSize), 1).at(0);
        const nlohmann::json& reference = references_.at(architecture);
        const test::PublishedAnswer expected{reference.at("camera"), reference.at("betas"), reference.at("rotations")};
        const double error = largestError(output, expected), distance = largestVertexDistance(output, expected);
        QVERIFY2(error < 1e-4, qPrintable(QString::number(error)));
        QVERIFY2(distance < 1e-4, qPrintable(QString::number(distance)));
    }
    void aMissingOrBadTensorIsNamed() {
        Arrays arrays = arraysOf("hmr-slim-resnet50");
        arrays.erase("3D_module.fc2.biases");
        QString text = errorText([&] { HmrNetwork::load(write(arrays, PublishedNetwork::HmrTensorFlow)); });
        QVERIFY2(text.contains("\"3D_module.fc2.biases\" is missing"), qPrintable(text));
        arrays = arraysOf("hmr-slim-resnet50");
        arrays["mean_param"] = NdArray::from(std::vector<float>(85, std::numeric_limits<float>::quiet_NaN()), {1, 85});
        text = errorText([&] { HmrNetwork::load(write(arrays, PublishedNetwork::HmrTensorFlow)); });
        QVERIFY2(text.contains("\"mean_param\" holds numbers that are not finite"), qPrintable(text));
        arrays = arraysOf("hmr2-vit");
        arrays["backbone.pos_embed"] = NdArray::from(std::vector<float>(160 * 50), {1, 50, 160});
        text = errorText([&] { HmrNetwork::load(write(arrays, PublishedNetwork::Hmr2)); });
        QVERIFY2(text.contains("[1,50,160], expected [1,193,160]"), qPrintable(text));
    }
    void spinsLinearLayersSurviveOurReluLayers() {
        const Arrays spin = smallSpin();
        const NativeWeights native = nativeWeights(TensorsInMemory(spin));
        QCOMPARE(native.recipe.hiddenSize, 12);
        QVERIFY(!native.recipe.padWithEdge && native.recipe.cropRule == "spin" && !native.recipe.stretchContrast);
        QVERIFY(!native.tensors.contains("bn1.num_batches_tracked"));
        const auto of = [](const Arrays& arrays, const std::string& layer, const Eigen::VectorXd& x) -> Eigen::VectorXd {
            return matrixOf(arrays.at(layer + ".weight")) * x + matrixOf(arrays.at(layer + ".bias"));
        };
        for (int trial = 0; trial < 5; ++trial) {
            const Eigen::VectorXd input = Eigen::VectorXd::Random(10);
            const Eigen::VectorXd plain = of(spin, "fc2", of(spin, "fc1", input));
            const Eigen::VectorXd rectified = of(native.tensors, "fc2", of(native.tensors, "fc1", input).cwiseMax(0)).cwiseMax(0);
            for (const char* head : {"decpose", "decshape", "deccam"})
                QVERIFY((of(spin, head, plain) - of(native.tensors, head, rectified)).cwiseAbs().maxCoeff() < 1e-5);
        }
    }
    void kindsAreToldByTheirTensors() {
        const Arrays spin = smallSpin();
        QCOMPARE(*recognizePublished(TensorsInMemory(spin)), PublishedNetwork::Spin);
        Arrays renamed;
        for (const auto& [name, array] : spin) renamed[(name.starts_with("fc") || name.starts_with("dec") || name.starts_with("init") ? "head." : "backbone.") + name] = array;
        QCOMPARE(*recognizePublished(TensorsInMemory(renamed)), PublishedNetwork::MmHuman3d);
        // SPIN's boxes grow by 1.2, MMHuman3D's (box2cs of its mmhuman3d/utils/demo_utils.py) by 1.25.
        QCOMPARE(ownRecipe(TensorsInMemory(spin)).personShare, 1 / 1.2);
        QCOMPARE(ownRecipe(TensorsInMemory(renamed)).personShare, 1 / 1.25);
        QVERIFY(!ownRecipe(TensorsInMemory(renamed)).padWithEdge && ownRecipe(TensorsInMemory(renamed)).cropRule == "hmr2");
        const Arrays fromSpin = nativeWeights(TensorsInMemory(spin)).tensors, fromRenamed = nativeWeights(TensorsInMemory(renamed)).tensors;
        for (const auto& [name, array] : fromSpin) QVERIFY(array.as<float>() == fromRenamed.at(name).as<float>());
        QVERIFY(!recognizePublished(TensorsInMemory({{"encoder.weight", spin.at("fc1.bias")}})));
        const QString text = errorText([&] { nativeWeights(TensorsInMemory({{"encoder.weight", spin.at("fc1.bias")}})); });
        QVERIFY2(text.contains("no network that is known here") && text.contains("encoder.weight"), qPrintable(text));
        Arrays incomplete = spin;
        incomplete.erase("init_cam");
        QVERIFY(errorText([&] { nativeWeights(TensorsInMemory(incomplete)); }).contains("\"init_cam\" is missing"));
        QCOMPARE(publishedRecipe(PublishedNetwork::Hmr2).boxAspect, 0.75);
        QCOMPARE(publishedRecipe(PublishedNetwork::Hmr2).relativeFocalLength, 5000. / 256);
        QCOMPARE(publishedRecipe(PublishedNetwork::Spin).relativeFocalLength, 5000. / 224);
        QCOMPARE(publishedRecipe(PublishedNetwork::Spin).boxAspect, 1.0);
    }
    void unfitTensorsOfSpinAreNamedAsTheFileHasThem() {
        const auto messageWith = [&](const char* name, const NdArray& array) {
            Arrays spin = smallSpin();
            spin[name] = array;
            return errorText([&] { nativeWeights(TensorsInMemory(spin)); });
        };
        QString text = messageWith("fc1.weight", NdArray::from(std::vector<float>(42), {6, 7}));
        QVERIFY2(text.contains("memory.pt") && text.contains("\"fc1.weight\" has the shape [6,7], expected [6,10]"), qPrintable(text));
        text = messageWith("fc2.weight", NdArray::from(std::vector<float>(30), {5, 6}));
        QVERIFY2(text.contains("[5,6], expected [6,6]"), qPrintable(text));
        text = messageWith("fc1.bias", NdArray::from(std::vector<std::int64_t>(6), {6}));
        QVERIFY2(text.contains("\"fc1.bias\" does not hold floating-point numbers"), qPrintable(text));
    }
    void aCopyIsWrittenAsTheFileBesideTheWeightsSays() {
        const auto file = folder_ / "hmr.safetensors", copy = folder_ / "copy.safetensors";
        writeSafetensors(file, inTensorFlowsLayout(arraysOf("hmr-slim-resnet50")), {});
        convertWeights(file, copy);
        QCOMPARE(HmrNetwork::load(copy)->recipe().personShare, 150.0 / 224.0);
        writeWholeFile(file.string() + ".json", R"({"person_share": 0.5, "iterations": 2})");
        convertWeights(file, copy);
        const auto network = HmrNetwork::load(copy);
        QVERIFY(network->recipe().personShare == 0.5 && network->recipe().iterations == 2 && network->recipe().cropRule == "hmr");
        QVERIFY(network->metadata().at("origin").find("hmr.safetensors") != std::string::npos);
        std::filesystem::remove(file.string() + ".json");
    }
    void whatDoesNotRunIsNotConverted_data() {
        QTest::addColumn<QString>("tensor");
        QTest::addColumn<QString>("expected");
        QTest::newRow("not finite") << "mean_param" << "\"mean_param\" holds numbers that are not finite";
        QTest::newRow("whole numbers") << "3D_module/fc3/biases" << "\"3D_module/fc3/biases\" does not hold floating-point numbers";
        QTest::newRow("another width") << "3D_module/fc2/biases" << "\"3D_module.fc2.biases\" has the shape [7]";
        QTest::newRow("missing") << "resnet_v2_50/postnorm/gamma" << "\"resnet_v2_50.postnorm.gamma\" is missing";
    }
    void whatDoesNotRunIsNotConverted() {
        QFETCH(QString, tensor);
        QFETCH(QString, expected);
        Arrays arrays = inTensorFlowsLayout(arraysOf("hmr-slim-resnet50"));
        const auto place = arrays.find(tensor.toStdString());
        QVERIFY(place != arrays.end());
        if (expected.contains("finite")) place->second = NdArray::from(std::vector<float>(85, std::numeric_limits<float>::infinity()), {1, 85});
        if (expected.contains("floating-point")) place->second = NdArray::from(std::vector<std::int32_t>(85), {85});
        if (expected.contains("[7]")) place->second = NdArray::from(std::vector<float>(7), {7});
        if (expected.contains("missing")) arrays.erase(place);
        const auto file = folder_ / "unfit.safetensors", copy = folder_ / "unwritten.safetensors";
        writeSafetensors(file, arrays, {});
        const QString text = errorText([&] { convertWeights(file, copy); });
        QVERIFY2(text.contains("unfit.safetensors") && text.contains(expected), qPrintable(text));
        QVERIFY(!std::filesystem::exists(copy));
    }
    void tensorFlowsAxesAreTurned() {
        // Height 1, width 2, in 3, out 4 counts up in TensorFlow's order.
        std::vector<float> counting(24);
        for (std::size_t i = 0; i < counting.size(); ++i) counting[i] = static_cast<float>(i);
        const NdArray one = NdArray::from(std::vector<float>{1}, {1});
        const NativeWeights native = nativeWeights(TensorsInMemory({{"resnet_v2_50/conv1/weights", NdArray::from(counting, {1, 2, 3, 4})},
                                                                    {"resnet_v2_50/conv1/weights/Adam", one},
                                                                    {"D/pose/weights", one},
                                                                    {"3D_module/fc1/weights", NdArray::from(counting, {6, 4})}}));
        QCOMPARE(native.tensors.size(), 2u);
        const NdArray& weights = native.tensors.at("resnet_v2_50.conv1.weights");
        QCOMPARE(weights.shape, (std::vector<std::size_t>{4, 3, 1, 2}));
        QCOMPARE(weights.as<float>()[1], 12.f);  // out 0, in 0, width 1
        QCOMPARE(weights.as<float>()[2], 4.f);   // out 0, in 1
        QCOMPARE(native.tensors.at("3D_module.fc1.weights").as<float>()[1], 4.f);
        QCOMPARE(native.recipe.rotationEncoding, std::string("axis-angle"));
    }
};

HMR_TEST_CLASS(TestPublishedNetworks, "test_published_networks")
#include "test_published_networks.moc"
