// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "body/error.h"
#include "body/rotation.h"
#include "network/formula_weights.h"
#include "network/frozen_network.h"
#include "network/gradient_check.h"
#include "network/modules.h"
#include "network/rotation_encoding.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

HmrModelOptions optionsOf(int depth, const std::string& encoding = "6d") {
    HmrModelOptions options;
    options.backboneDepth = depth;
    options.rotationEncoding = encoding;
    return options;
}

std::ifstream openData(const std::string& name) { return std::ifstream(std::string(HMR_TEST_DATA "/network/") + name); }

torch::Tensor tensorFrom(const nlohmann::json& numbers) { return torch::tensor(numbers.get<std::vector<float>>()); }

torch::Tensor tensorFrom(const Eigen::Matrix3d& matrix) {
    const Eigen::Matrix<double, 3, 3, Eigen::RowMajor> rows = matrix;
    return torch::from_blob(const_cast<double*>(rows.data()), {3, 3}, torch::kFloat64).clone();
}

}  // namespace

class TestModules : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(3); }

    void sequentialRotationsAreThoseOfTheBody() {
        const auto poses = torch::randn({2, kNumSmplJoints * 6}, torch::kFloat64);
        const auto rotations = decodeRotations(poses, "6d-sequential"), interleaved = decodeRotations(poses, "6d");
        for (int picture = 0; picture < 2; ++picture)
            for (int joint = 0; joint < kNumSmplJoints; ++joint) {
                const auto numbers = poses[picture].narrow(0, 6 * joint, 6).contiguous();
                const Vector6d sixD = Eigen::Map<const Vector6d>(numbers.data_ptr<double>());
                QVERIFY(largestDifference(rotations[picture][joint], tensorFrom(rotationFromSixD(sixD, SixDOrder::Sequential))) < 1e-12);
                QVERIFY(largestDifference(interleaved[picture][joint], tensorFrom(rotationFromSixD(sixD, SixDOrder::Interleaved))) < 1e-12);
            }
    }
    void startsFromTheMeanPoseInEachEncoding_data() {
        QTest::addColumn<QString>("encoding");
        for (const char* encoding : {"6d", "6d-sequential", "axis-angle"}) QTest::newRow(encoding) << encoding;
    }
    void startsFromTheMeanPoseInEachEncoding() {
        QFETCH(QString, encoding);
        HmrModel model(optionsOf(18, encoding.toStdString()));
        BodyParameters mean;
        mean.pose = 0.8 * Points3d::Random(kNumSmplJoints, 3);
        model->setMeanParameters(mean, WeakPerspectiveCamera{});
        const torch::NoGradGuard noGrad;
        for (const char* layer : {"decpose", "decshape", "deccam"})  // so that no iteration corrects anything
            for (auto& entry : model->named_parameters())
                if (entry.key().rfind(layer, 0) == 0) entry.value().zero_();
        const auto rotations = model->regress(torch::randn({1, model->featureSize()})).back().rotations[0].to(torch::kFloat64);
        for (int joint = 0; joint < kNumSmplJoints; ++joint)
            QVERIFY(largestDifference(rotations[joint], tensorFrom(rotationFromAxisAngle(mean.pose.row(joint).transpose()))) < 1e-5);
    }

    // The names and shapes are torchvision's and SPIN's, so that their checkpoints fit.
    void namesItsStateAsTorchvisionAndSpin_data() {
        QTest::addColumn<int>("depth");
        for (const int depth : {18, 34, 50}) QTest::addRow("ResNet-%d", depth) << depth;
    }
    void namesItsStateAsTorchvisionAndSpin() {
        QFETCH(int, depth);
        std::map<std::string, std::string> expected, found;
        auto file = openData("states.txt");
        std::string name, shape;
        for (int lineDepth; file >> lineDepth >> name >> shape;)
            if (lineDepth == depth) expected[name] = shape;
        HmrModel model(optionsOf(depth));
        for (const auto& [key, tensor] : statesByName(*model)) {
            std::ostringstream text;
            for (std::int64_t i = 0; i < tensor.dim(); ++i) text << (i ? "," : "") << tensor.size(i);
            found[key] = text.str();
        }
        QVERIFY(!expected.empty());
        QVERIFY(found == expected);
    }

    void answersAsTheReference_data() {
        QTest::addColumn<int>("index");
        const char* const names[] = {"ResNet-18", "ResNet-34", "ResNet-50", "ResNet-50 axis-angle"};
        for (int i = 0; i < 4; ++i) QTest::newRow(names[i]) << i;
    }
    void answersAsTheReference() {
        QFETCH(int, index);
        const auto reference = nlohmann::json::parse(openData("reference.json")).at(static_cast<std::size_t>(index));
        HmrModel model(optionsOf(reference.at("depth"), reference.at("encoding")));
        fillByFormula(*model);
        model->eval();
        const torch::NoGradGuard noGrad;
        const auto images = waves({1, 3, 64, 64}, 1000).to(torch::kFloat32);
        const auto features = model->encode(images).features.flatten().narrow(0, 0, 16);
        const auto predictions = model->forward(images);
        QCOMPARE(predictions.size(), std::size_t{3});
        std::vector<torch::Tensor> cameras;
        for (const auto& prediction : predictions) cameras.push_back(prediction.camera.flatten());
        QVERIFY(largestDifference(features, tensorFrom(reference.at("features"))) < 1e-4);
        QVERIFY(largestDifference(torch::cat(cameras), tensorFrom(reference.at("cameras"))) < 1e-4);
        QVERIFY(largestDifference(predictions.back().betas.flatten(), tensorFrom(reference.at("betas"))) < 1e-4);
        QVERIFY(largestDifference(predictions.back().rotations.flatten(), tensorFrom(reference.at("rotations"))) < 1e-4);

        const auto frozen = FrozenNetwork(*model)(images).prediction;
        QVERIFY(largestDifference(frozen.rotations, predictions.back().rotations) < 1e-4);
        QVERIFY(largestDifference(frozen.betas, predictions.back().betas) < 1e-4);
        QVERIFY(largestDifference(frozen.camera, predictions.back().camera) < 1e-4);
    }

    void frozenJointMapsAgree() {
        auto options = optionsOf(18, "6d");
        options.hasJointMaps = true;
        HmrModel model(options);
        fillByFormula(*model);
        model->eval();
        const torch::NoGradGuard noGrad;
        const auto images = waves({2, 3, 96, 80}, 1000).to(torch::kFloat32);
        const auto expected = *model->encode(images).maps;
        const auto answer = FrozenNetwork(*model)(images);
        QVERIFY(answer.maps.has_value());
        QCOMPARE(expected.logits.sizes(), torch::IntArrayRef({2, kNumCocoPlusJoints, 12, 10}));
        QVERIFY(largestDifference(answer.maps->keypoints, expected.keypoints) < 1e-4);
        QVERIFY(largestDifference(answer.maps->logDeviation, expected.logDeviation) < 1e-3);
        QVERIFY(largestDifference(answer.maps->depth, expected.depth) < 1e-3);
        QVERIFY(largestDifference(answer.prediction.camera, model->forward(images).back().camera) < 1e-3);
    }

    void jointMapsSayWhereTheyPeak() {
        auto logits = torch::zeros({1, kNumCocoPlusJoints, 4, 8});
        logits[0][3][2][5] = 40;  // row 2 of 4, column 5 of 8
        const auto maps = readJointMaps(logits, torch::zeros({1, kJointAppearance, 4, 8}),
                                        torch::zeros({3, kNumCocoPlusJoints, kJointAppearance + 2}), torch::zeros({3, kNumCocoPlusJoints}));
        QVERIFY(std::abs(maps.keypoints[0][3][0].item<double>() - 0.375) < 1e-5);
        QVERIFY(std::abs(maps.keypoints[0][3][1].item<double>() - 0.25) < 1e-5);
        QVERIFY(maps.keypoints[0][4].abs().max().item<double>() < 1e-5);  // a flat map: the middle
    }

    void startsUprightBeforeTheCamera_data() {
        QTest::addColumn<QString>("encoding");
        QTest::newRow("6d") << "6d";
        QTest::newRow("axis-angle") << "axis-angle";
    }
    void startsUprightBeforeTheCamera() {
        QFETCH(QString, encoding);
        HmrModel model(optionsOf(18, encoding.toStdString()));
        const torch::NoGradGuard noGrad;
        for (const auto* name : {"decpose", "decshape", "deccam"})
            for (auto& parameter : model->named_children()[name]->parameters()) parameter.zero_();
        const auto prediction = model->regress(torch::randn({2, model->featureSize()})).front();
        auto expected = torch::eye(3).expand({2, 24, 3, 3}).clone();
        expected.select(1, 0).copy_(torch::diag(torch::tensor({1.f, -1.f, -1.f})));
        QVERIFY(largestDifference(prediction.rotations, expected) < 1e-6);
        QVERIFY(largestDifference(prediction.betas, torch::zeros({2, 10})) == 0);
        QVERIFY(largestDifference(prediction.camera, torch::tensor({0.9f, 0.f, 0.f}).expand({2, 3})) < 1e-7);
    }

    void startsFromAGivenMean() {
        HmrModel model(optionsOf(18));
        BodyParameters mean;
        mean.pose.setConstant(0.3);
        mean.betas.setLinSpaced(-1, 1);
        model->setMeanParameters(mean, {0.7, {0.1, -0.2}});
        const auto buffers = model->named_buffers();
        const auto rotations = rotationsFromSixD(buffers["init_pose"].view({24, 6})).to(torch::kFloat64);
        const auto expected = tensorFrom(rotationFromAxisAngle(Eigen::Vector3d::Constant(0.3))).expand({24, 3, 3});
        QVERIFY(largestDifference(rotations, expected) < 1e-6);
        QCOMPARE(buffers["init_shape"][0][9].item<float>(), 1.f);
        QCOMPARE(buffers["init_cam"][0][2].item<float>(), -0.2f);
    }

    // Each block is the identity (or its projection) at first, and heads change little.
    void initializesAsPublished() {
        HmrModel model(optionsOf(50));
        const auto parameters = model->named_parameters();
        QCOMPARE(parameters["layer3.5.bn3.weight"].abs().max().item<float>(), 0.f);
        QCOMPARE(parameters["layer3.5.bn2.weight"].min().item<float>(), 1.f);
        const auto deviation = parameters["layer4.1.conv2.weight"].std().item<double>();
        QVERIFY(std::abs(deviation / std::sqrt(2.0 / (512 * 9)) - 1) < 0.02);
        const double bound = 0.01 * std::sqrt(6.0 / (1024 + 144));
        const auto largest = parameters["decpose.weight"].abs().max().item<double>();
        QVERIFY(largest <= bound * (1 + 1e-6) && largest > 0.9 * bound);
    }

    void takesPicturesOfAnySize() {
        HmrModel model(optionsOf(18));
        model->eval();
        const torch::NoGradGuard noGrad;
        for (const int size : {32, 96, 130}) {
            const auto predictions = model->forward(torch::randn({2, 3, size, size}));
            QVERIFY((predictions.back().rotations.sizes() == torch::IntArrayRef{2, 24, 3, 3}));
        }
    }

    void answersTheSameInChannelsLast() {
        HmrModel model(optionsOf(18));
        fillByFormula(*model);
        model->eval();
        const torch::NoGradGuard noGrad;
        const auto images = torch::randn({2, 3, 64, 64});
        const auto before = model->forward(images).back().rotations;
        useChannelsLast(*model);
        const auto after = model->forward(images.contiguous(torch::MemoryFormat::ChannelsLast)).back().rotations;
        QVERIFY(largestDifference(before, after) < 1e-5);
    }

    void normalizesPictures() {
        NetworkRecipe recipe;
        const auto pictures = torch::randint(0, 256, {2, 5, 5, 3}, torch::kUInt8);
        const auto images = normalizedImages(pictures, recipe);
        QVERIFY((images.sizes() == torch::IntArrayRef{2, 3, 5, 5}));
        for (int channel = 0; channel < 3; ++channel) {
            const auto place = static_cast<std::size_t>(channel);
            const double expected =
                (pictures[1][2][3][channel].item<int>() / 255.0 - recipe.mean[place]) / recipe.deviation[place];
            QVERIFY(std::abs(images[1][channel][2][3].item<double>() - expected) < 1e-5);
        }
    }

    void refusesWhatItIsNot_data() {
        QTest::addColumn<int>("depth");
        QTest::addColumn<QString>("encoding");
        QTest::addColumn<QString>("says");
        QTest::newRow("depth") << 20 << "6d" << "ResNet-20";
        QTest::newRow("encoding") << 18 << "quaternion" << "quaternion";
    }
    void refusesWhatItIsNot() {
        QFETCH(int, depth);
        QFETCH(QString, encoding);
        QFETCH(QString, says);
        try {
            HmrModel model(optionsOf(depth, encoding.toStdString()));
            QFAIL("was accepted");
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(says), error.what());
        }
    }

    void rotationsAgreeWithTheBodysMathematics() {
        const auto axisAngles = torch::randn({20, 3}, torch::kFloat64);
        const auto sixDs = torch::randn({20, 6}, torch::kFloat64);
        const auto fromAxisAngles = rotationsFromAxisAngle(axisAngles), fromSixDs = rotationsFromSixD(sixDs);
        for (int i = 0; i < 20; ++i) {
            const Eigen::Vector3d axisAngle = Eigen::Map<Eigen::Vector3d>(axisAngles[i].data_ptr<double>());
            const Vector6d sixD = Eigen::Map<Vector6d>(sixDs[i].data_ptr<double>());
            QVERIFY(largestDifference(fromAxisAngles[i], tensorFrom(rotationFromAxisAngle(axisAngle))) < 1e-12);
            QVERIFY(largestDifference(fromSixDs[i], tensorFrom(rotationFromSixD(sixD, SixDOrder::Interleaved))) < 1e-12);
        }
        QVERIFY(largestDifference(rotationsFromSixD(sixDFromRotations(fromAxisAngles)), fromAxisAngles) < 1e-12);
    }

    void rotationsHaveRightGradients_data() {
        QTest::addColumn<double>("size");
        for (const double size : {0.0, 1e-4, 0.0316, 1.0, 3.1}) QTest::addRow("angle %g", size) << size;
    }
    void rotationsHaveRightGradients() {
        QFETCH(double, size);
        const auto axis = torch::nn::functional::normalize(torch::randn({6, 3}, torch::kFloat64));
        const auto weights = torch::randn({6, 3, 3}, torch::kFloat64);
        QVERIFY(gradientError([&](const auto& x) { return (rotationsFromAxisAngle(x[0]) * weights).sum(); },
                              {axis * size}) < 1e-6);
        QVERIFY(gradientError([&](const auto& x) { return (rotationsFromSixD(x[0]) * weights).sum(); },
                              {torch::randn({6, 6}, torch::kFloat64)}) < 1e-5);
    }
};

HMR_TEST_CLASS(TestModules, "test_modules")
#include "test_modules.moc"
