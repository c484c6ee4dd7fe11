// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <QTemporaryDir>
#include <fstream>
#include <thread>

#include "body/error.h"
#include "body/rotation.h"
#include "formats/npz.h"
#include "network/flip.h"
#include "network/formula_weights.h"
#include "network/hmr_network.h"
#include "network/modules.h"
#include "network/rotation_encoding.h"
#include "network/weights_file.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

NetworkRecipe smallRecipe() {
    NetworkRecipe recipe;
    recipe.architecture = "hmr-resnet18";
    recipe.inputSize = 64;
    recipe.hiddenSize = 32;
    recipe.bodyModelId = "small";
    recipe.bodyModelHash = "abc123";
    return recipe;
}

// Two layers are enough where only names and shapes matter.
torch::nn::Sequential smallModule() {
    torch::nn::Sequential module{torch::nn::Linear(3, 2), torch::nn::BatchNorm1d(2)};
    fillByFormula(*module);
    return module;
}

std::map<std::string, NdArray> arraysOf(const torch::nn::Module& module) {
    std::map<std::string, NdArray> arrays;
    for (const auto& [name, tensor] : statesByName(module)) {
        const auto values = tensor.detach().contiguous();
        const std::vector<float> numbers(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
        arrays[name] = NdArray::from(numbers, {tensor.sizes().begin(), tensor.sizes().end()});
    }
    return arrays;
}

std::vector<std::uint8_t> randomCrops(int count, int size) {
    const auto pixels = torch::randint(0, 256, {count * size * size * 3}, torch::kUInt8);
    return {pixels.data_ptr<std::uint8_t>(), pixels.data_ptr<std::uint8_t>() + pixels.numel()};
}

template <typename Work>
std::string errorOf(Work work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

class TestHmrNetwork : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path inFolder(const char* name) const { return std::filesystem::path(folder_.path().toStdString()) / name; }

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(17); }

    void weightsComeBack_data() {
        QTest::addColumn<bool>("half");
        QTest::newRow("float16") << true;
        QTest::newRow("float32") << false;
    }
    void weightsComeBack() {
        QFETCH(bool, half);
        const auto file = inFolder("module.safetensors");
        auto module = smallModule(), other = smallModule();
        saveWeights(file, *module, smallRecipe(), {{"licence", "CC0"}, {"architecture", "is the recipe's to say"}}, half);
        for (auto& parameter : other->parameters()) parameter.detach().zero_();
        const auto metadata = loadWeights(file, *other);
        for (const auto& [name, tensor] : statesByName(*module)) {
            const double allowed = half && tensor.dim() > 1 ? 1e-3 : 0;
            QVERIFY(largestDifference(statesByName(*other).at(name), tensor) <= allowed);
        }
        QCOMPARE(metadata.at("licence"), std::string("CC0"));
        QCOMPARE(metadata.at("architecture"), std::string("hmr-resnet18"));
        QCOMPARE(metadata.at("body_model_hash"), std::string("abc123"));
    }

    void numbersBeyondHalfStayWhole() {
        const auto file = inFolder("large.safetensors");
        auto module = smallModule(), other = smallModule();
        module->parameters()[0].detach()[1][2] = 1e6;
        saveWeights(file, *module, smallRecipe(), {});
        loadWeights(file, *other);
        QVERIFY(torch::equal(other->parameters()[0], module->parameters()[0]));
    }

    void recipeComesBack() {
        auto recipe = smallRecipe();
        recipe.mean = {0.5f, 0.25f, 0.125f};
        recipe.personShare = 0.8;
        recipe.padWithEdge = false;
        recipe.rotationEncoding = "axis-angle";
        recipe.iterations = 2;
        const auto found = recipeFrom(metadataFrom(recipe), "file");
        QVERIFY(found.architecture == recipe.architecture && found.inputSize == 64 && found.mean == recipe.mean);
        QVERIFY(found.deviation == recipe.deviation && found.personShare == 0.8 && !found.padWithEdge);
        QVERIFY(found.rotationEncoding == "axis-angle" && found.iterations == 2 && found.hiddenSize == 32);
        QVERIFY(found.bodyModelId == "small" && found.bodyModelHash == "abc123");
    }

    void refusesBadRecipes_data() {
        QTest::addColumn<QString>("recipe");
        QTest::addColumn<QString>("says");
        const auto good = QString::fromStdString(metadataFrom(smallRecipe()).at("recipe"));
        const auto with = [&](const char* from, const char* to) { return QString(good).replace(from, to); };
        QTest::newRow("missing") << QString() << "does not say";
        QTest::newRow("no JSON") << "{" << "cannot be read";
        QTest::newRow("architecture") << with("hmr-resnet18", "vit-huge") << "vit-huge";
        QTest::newRow("encoding") << with("6d", "euler") << "euler";
        QTest::newRow("size") << with("\"input_size\":64", "\"input_size\":7") << "7 pixels";
        QTest::newRow("size of another kind") << with("\"input_size\":64", "\"input_size\":\"x\"") << "cannot be read";
        QTest::newRow("iterations") << with("\"iterations\":3", "\"iterations\":0") << "iteration";
        QTest::newRow("key") << with("\"mean\"", "\"average\"") << "mean";
    }
    void refusesBadRecipes() {
        QFETCH(QString, recipe);
        QFETCH(QString, says);
        Metadata metadata;
        if (!recipe.isNull()) metadata["recipe"] = recipe.toStdString();
        const auto message = QString::fromStdString(errorOf([&] { recipeFrom(metadata, "some.safetensors"); }));
        QVERIFY2(message.contains(says) && message.contains("some.safetensors"), qPrintable(message));
    }

    void refusesBadTensors_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("says");
        QTest::newRow("missing") << "missing" << "\"0.weight\" is missing";
        QTest::newRow("misshapen") << "misshapen" << "\"0.weight\" has the shape [3,2], expected [2,3]";
        QTest::newRow("not a number") << "nan" << "\"0.weight\" holds numbers that are not finite";
        QTest::newRow("infinite in half precision") << "half" << "\"0.weight\" holds numbers that are not finite";
        QTest::newRow("integers") << "integers" << "\"0.weight\" does not hold floating-point numbers";
        QTest::newRow("unknown") << "unknown" << "\"5.weight\" has no place";
    }
    void refusesBadTensors() {
        QFETCH(QString, fault);
        QFETCH(QString, says);
        const auto file = inFolder("faulty.safetensors");
        auto module = smallModule();
        auto arrays = arraysOf(*module);
        auto& weight = arrays.at("0.weight");
        if (fault == "missing") arrays.erase("0.weight");
        else if (fault == "misshapen") weight.shape = {3, 2};
        else if (fault == "nan") weight = NdArray::from(std::vector<float>{1, 2, NAN, 4, 5, 6}, {2, 3});
        else if (fault == "half") weight = NdArray::halfFrom({1, 2, INFINITY, 4, 5, 6}, {2, 3});
        else if (fault == "integers") weight = NdArray::from(std::vector<std::int32_t>{1, 2, 3, 4, 5, 6}, {2, 3});
        else arrays["5.weight"] = weight;
        writeSafetensors(file, arrays, metadataFrom(smallRecipe()));

        const auto before = module->parameters()[0].clone();
        const auto message = QString::fromStdString(errorOf([&] { loadWeights(file, *module); }));
        QVERIFY2(message.contains(says), qPrintable(message));
        QVERIFY(torch::equal(module->parameters()[0], before));
    }

    void ignoresCountersOfBatchNorm() {
        const auto file = inFolder("counters.safetensors");
        auto module = smallModule();
        auto arrays = arraysOf(*module);
        arrays["1.num_batches_tracked"] = NdArray::from(std::vector<std::int64_t>{7}, {});
        writeSafetensors(file, arrays, metadataFrom(smallRecipe()));
        QCOMPARE(errorOf([&] { loadWeights(file, *module); }), std::string());
    }

    // As torchvision's backbones are: PyTorch's own files, the older form and the newer.
    void pyTorchsFilesAreAStart() {
        const std::filesystem::path data = HMR_TEST_DATA "/tensors";
        auto whole = smallModule();
        QCOMPARE(loadMatchingWeights(data / "module.pt", *whole), std::size_t{0});
        const NpzArrays moduleReference = readNpz(data / "module_reference.npz"), reference = readNpz(data / "reference.npz");
        for (const auto& [name, array] : arraysOf(*whole)) QVERIFY2(array.bytes == moduleReference.at(name).bytes, name.c_str());
        for (const char* file : {"trainer.pt", "trainer_legacy.pt"}) {
            torch::nn::Module part;
            part.register_module("conv1", torch::nn::Conv2d(3, 4, 2));
            QCOMPARE(loadMatchingWeights(data / file, part), std::size_t{1});  // its bias, which the file lacks
            QVERIFY2(arraysOf(part).at("conv1.weight").bytes == reference.at("conv1.weight").bytes, file);
        }
        QVERIFY(errorOf([&] { loadMatchingWeights(data / "nested.pt", *smallModule()); }).find("no tensor fits") != std::string::npos);
        QVERIFY(errorOf([&] { loadMatchingWeights(data / "make_tensors.py", *smallModule()); }).find("no network weights") != std::string::npos);
    }

    void recoversWhatTheModelSays_data() {
        QTest::addColumn<QString>("encoding");
        QTest::newRow("6d") << "6d";
        QTest::newRow("axis-angle") << "axis-angle";
    }
    void recoversWhatTheModelSays() {
        QFETCH(QString, encoding);
        const auto file = inFolder("network.safetensors");
        auto recipe = smallRecipe();
        recipe.rotationEncoding = encoding.toStdString();
        HmrModel model(modelOptions(recipe));
        fillByFormula(*model);
        model->eval();
        saveWeights(file, *model, recipe, {{"licence", "CC0"}}, /*half=*/false);
        const auto network = HmrNetwork::load(file);
        QCOMPARE(network->numParameters(), countParameters(*model));
        QCOMPARE(network->metadata().at("licence"), std::string("CC0"));
        QCOMPARE(network->recipe().rotationEncoding, encoding.toStdString());

        const int count = 18;  // more than go through at once
        auto crops = randomCrops(count, recipe.inputSize);
        const auto outputs = network->recover(crops, count);
        QCOMPARE(outputs.size(), std::size_t{count});
        const torch::NoGradGuard noGrad;
        const auto pictures = torch::from_blob(crops.data(), {count, 64, 64, 3}, torch::kUInt8);
        const auto expected = model->forward(normalizedImages(pictures, recipe)).back();
        double worst = 0;
        for (int i = 0; i < count; ++i) {
            const auto& output = outputs[static_cast<std::size_t>(i)];
            worst = std::max({worst, std::abs(output.camera.scale - expected.camera[i][0].item<double>()),
                              std::abs(output.camera.translation.y() - expected.camera[i][2].item<double>()),
                              std::abs(output.parameters.betas[9] - expected.betas[i][9].item<double>())});
            for (int joint = 0; joint < kNumSmplJoints; ++joint) {
                const auto rotation = rotationFromAxisAngle(output.parameters.pose.row(joint).transpose());
                for (int k = 0; k < 9; ++k)
                    worst = std::max(worst, std::abs(rotation(k / 3, k % 3) -
                                                     expected.rotations[i][joint][k / 3][k % 3].item<double>()));
            }
        }
        QVERIFY2(worst < 1e-4, qPrintable(QString::number(worst)));
        QVERIFY(network->recover({}, 0).empty());
        QVERIFY(!errorOf([&] { network->recover(crops, 2); }).empty());
    }

    void flippedAnswersOfMirrorImagesMirrorEachOther() {
        auto recipe = smallRecipe();
        recipe.hasJointMaps = true;
        HmrModel model(modelOptions(recipe));
        fillByFormula(*model);
        const auto file = inFolder("flipped.safetensors");
        saveWeights(file, *model, recipe, {});
        const auto network = HmrNetwork::load(file, {.threads = 1, .flips = true});
        const auto crops = randomCrops(3, recipe.inputSize);
        const auto straight = network->recover(crops, 3), mirrorImages = network->recover(flippedPictures(crops, recipe.inputSize), 3);
        for (std::size_t i = 0; i < straight.size(); ++i) {
            const BodyParameters turned = mirrored(mirrorImages[i].parameters);
            for (int joint = 0; joint < kNumSmplJoints; ++joint)
                QVERIFY(angleBetween(rotationFromAxisAngle(straight[i].parameters.pose.row(joint).transpose()),
                                     rotationFromAxisAngle(turned.pose.row(joint).transpose())) < 1e-3);
            QVERIFY(std::abs(straight[i].camera.translation.x() + mirrorImages[i].camera.translation.x()) < 1e-4);
            for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
                const int other = kCocoPlusFlip[static_cast<std::size_t>(joint)];
                QVERIFY(std::abs(straight[i].seenJoints->positions(joint, 0) + mirrorImages[i].seenJoints->positions(other, 0)) < 1e-4);
                QVERIFY(std::abs(straight[i].seenJoints->deviations[joint] - mirrorImages[i].seenJoints->deviations[other]) < 1e-4);
            }
        }
    }

    void narrowBackbonesComeBack() {
        auto recipe = smallRecipe();
        recipe.baseChannels = 16;
        recipe.hasJointMaps = true;
        const HmrModel model(modelOptions(recipe)), wide(modelOptions([&] { auto other = recipe; other.baseChannels = 64; return other; }()));
        QVERIFY(countParameters(*model) * 8 < countParameters(*wide));
        const auto file = inFolder("narrow.safetensors");
        saveWeights(file, *model, recipe, {});
        QCOMPARE(HmrNetwork::load(file)->recipe().baseChannels, 16);
        recipe.baseChannels = 4;
        QVERIFY(!errorOf([&] { modelOptions(recipe); }).empty());
    }

    void refusesWeightsOfAnotherNetwork() {
        const auto file = inFolder("other.safetensors");
        HmrModel model(modelOptions(smallRecipe()));
        auto recipe = smallRecipe();
        recipe.architecture = "hmr-resnet34";
        saveWeights(file, *model, recipe, {});
        const auto message = QString::fromStdString(errorOf([&] { HmrNetwork::load(file); }));
        QVERIFY2(message.contains("other.safetensors says that it is hmr-resnet34, but its tensors are those of hmr-resnet18"), qPrintable(message));
    }

    void refusesWhatIsNoWeightsFile() {
        const auto file = inFolder("text.safetensors");
        std::ofstream(file) << "not weights";
        QVERIFY(!errorOf([&] { HmrNetwork::load(file); }).empty());
        QVERIFY(!errorOf([&] { HmrNetwork::load(inFolder("missing.safetensors")); }).empty());
        writeSafetensors(file, arraysOf(*smallModule()), {});
        QVERIFY(QString::fromStdString(errorOf([&] { HmrNetwork::load(file); })).contains("hmr train"));
    }

    void tellsWhatItWorksOn_data() {
        QTest::addColumn<int>("inputSize");
        QTest::addColumn<int>("threads");
        QTest::addColumn<QString>("expected");
        const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
        QTest::newRow("a small network takes one") << 64 << 0 << "CPU, 1 thread";
        QTest::newRow("a larger one all") << 96 << 0 << QString("CPU, %1 thread%2").arg(cores).arg(cores == 1 ? "" : "s");
        QTest::newRow("as many as are wanted") << 64 << 3 << "CPU, 3 threads";
    }
    void tellsWhatItWorksOn() {
        QFETCH(int, inputSize);
        QFETCH(int, threads);
        auto recipe = smallRecipe();
        recipe.inputSize = inputSize;
        const auto file = inFolder("device.safetensors");
        saveWeights(file, *HmrModel(modelOptions(recipe)), recipe, {});
        QTEST(QString::fromStdString(HmrNetwork::load(file, {.threads = threads})->device()), "expected");
    }

    void describesLibTorch() {
        const auto text = torchDescription();
        QVERIFY2(text.starts_with("LibTorch ") && text.find("thread") != std::string::npos, text.c_str());
    }
};

HMR_TEST_CLASS(TestHmrNetwork, "test_hmr_network")
#include "test_hmr_network.moc"
