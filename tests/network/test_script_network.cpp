// SPDX-License-Identifier: MIT
#include <torch/script.h>

#include <QTemporaryDir>

#include "formats/atomic_file.h"
#include "formats/tensors/tensor_file.h"
#include "network/hmr_network.h"
#include "network/published_weights.h"
#include "support/error_text.h"
#include "support/random_weights.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

/// TorchScript modules, and what a person says of a network in the JSON beside it.
class TestScriptNetwork : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::filesystem::path root_;

    /// A module whose camera says the picture's mean, in one of the forms of an answer.
    std::filesystem::path writeModule(const char* name, const std::string& answer, const char* described) const {
        torch::jit::Module module("Network");
        module.register_parameter("start", torch::full({1, 82}, 0.25), false);
        module.define("def forward(self, x):\n    n = x.size(0)\n    m = x.mean([1, 2, 3]).unsqueeze(1)\n    return " + answer + "\n");
        const auto file = root_ / name;
        module.save(file.string());
        if (described) writeWholeFile(file.string() + ".json", described);
        return file;
    }
    static NetworkOutput answerFor(const std::filesystem::path& file, std::uint8_t grey) {
        const auto network = HmrNetwork::load(file);
        const auto size = static_cast<std::size_t>(network->recipe().inputSize);
        return network->recover(std::vector<std::uint8_t>(size * size * 3, grey), 1).at(0);
    }

    static constexpr const char* kDescribed = R"({"input_size": 64, "mean": [0.5, 0.5, 0.5], "deviation": [0.5, 0.5, 0.5], "person_share": 0.67})";
    static constexpr const char* kParameters = "torch.cat([m, m, m, self.start.expand(n, 82)], 1)";

private Q_SLOTS:
    void initTestCase() { root_ = folder_.path().toStdString(); }

    void parametersComeInOneTensor() {
        const auto file = writeModule("parameters.pt", kParameters, kDescribed);
        const NetworkOutput output = answerFor(file, 255);  // white is 1 of [−1, 1]
        QVERIFY(std::abs(output.camera.scale - 1) < 1e-5 && std::abs(output.camera.translation.y() - 1) < 1e-5);
        QVERIFY(std::abs(output.parameters.pose(5, 1) - 0.25) < 1e-5 && std::abs(output.parameters.betas[9] - 0.25) < 1e-6);
        const auto network = HmrNetwork::load(file);
        QCOMPARE(network->recipe().personShare, 0.67);
        QCOMPARE(network->numParameters(), std::size_t{82});
    }
    void rotationsBetasAndCameraComeInATuple() {
        const char* answer = "(torch.eye(3).expand(n, 24, 3, 3), self.start[:, :10].expand(n, 10), torch.cat([m, m, m], 1))";
        const NetworkOutput output = answerFor(writeModule("tuple.pt", answer, kDescribed), 0);
        QVERIFY(std::abs(output.camera.scale + 1) < 1e-5);
        QVERIFY(output.parameters.pose.isZero(1e-6) && std::abs(output.parameters.betas[0] - 0.25) < 1e-6);
    }
    void aDictionarysNamesTellTensorsOfOneSizeApart() {
        const char* answer = "{\"pred_cam_t\": torch.cat([m, m, m], 1) + 7, \"pred_rotmat\": torch.eye(3).expand(n, 24, 3, 3), "
                             "\"pred_betas\": self.start[:, :10].expand(n, 10), \"pred_cam\": torch.cat([m, m, m], 1), \"joints\": torch.zeros(n, 24, 3)}";
        const NetworkOutput output = answerFor(writeModule("dict.pt", answer, kDescribed), 0);
        QVERIFY(std::abs(output.camera.scale + 1) < 1e-5);
        QVERIFY(output.parameters.pose.isZero(1e-6) && std::abs(output.parameters.betas[0] - 0.25) < 1e-6);
    }
    void aModuleIsNotConverted() {
        const auto file = writeModule("whole.pt", kParameters, kDescribed);
        const QString message = errorText([&] { convertWeights(file, root_ / "whole.safetensors"); });
        QVERIFY2(message.contains("cannot be converted") && message.contains("runs as it is"), qPrintable(message));
        QVERIFY(!std::filesystem::exists(root_ / "whole.safetensors"));
    }
    void whatCannotBeUsedIsSaid_data() {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("described");
        QTest::addColumn<QString>("expected");
        QTest::newRow("not described") << kParameters << QString() << "bad.pt.json";
        QTest::newRow("another answer") << "m" << kDescribed << "[1,1]";
        QTest::newRow("two cameras") << "(torch.eye(3).expand(n, 24, 3, 3), torch.zeros(n, 10), torch.zeros(n, 3), torch.ones(n, 3))" << kDescribed << "[1,3], [1,3]";
        QTest::newRow("a dictionary without a camera") << "{\"betas\": torch.zeros(n, 10)}" << kDescribed << "betas [1,10]; expected";
        QTest::newRow("no tensor") << "n" << kDescribed << "no tensor";
        QTest::newRow("no JSON") << kParameters << "{" << "no JSON object";
        QTest::newRow("unknown key") << kParameters << R"({"size": 64})" << "\"size\"";
        QTest::newRow("absurd size") << kParameters << R"({"input_size": 100000})" << "100000 pixels";
        QTest::newRow("unknown rule") << kParameters << R"({"crop_rule": "nearest"})" << "\"nearest\", expected area, hmr, spin or hmr2";
        QTest::newRow("stretched elsewhere") << kParameters << R"({"stretch_contrast": true})" << "under the rule \"spin\"";
        QTest::newRow("not finite") << "torch.cat([m, m, m, self.start.expand(n, 82) / 0.0], 1)" << kDescribed << "finite";
    }
    void whatCannotBeUsedIsSaid() {
        QFETCH(QString, answer);
        QFETCH(QString, described);
        QFETCH(QString, expected);
        std::filesystem::remove(root_ / "bad.pt.json");
        const auto file = writeModule("bad.pt", answer.toStdString(), described.isNull() ? nullptr : qPrintable(described));
        const QString message = errorText([&] { HmrNetwork::load(file); });
        QVERIFY2(message.contains(expected) && message.contains("bad.pt"), qPrintable(message));
    }
    void programsThatReachFilesAreRefused_data() {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("expected");
        const QString answer = "    return torch.zeros([1, 85])\n";
        QTest::newRow("a file is written") << "def forward(self, x):\n    torch.save(x, \"FILE\")\n" + answer << "\"aten::save\"";
        QTest::newRow("under another name") << "def forward(self, x):\n    keep = torch.save\n    keep(x, \"FILE\")\n" + answer << "\"aten::save\"";
        QTest::newRow("in a branch") << "def forward(self, x):\n    if x.size(0) == 7:\n        torch.save(x, \"FILE\")\n" + answer << "\"aten::save\"";
        QTest::newRow("in a function that is never called") << "def forward(self, x):\n" + answer + "def other(self, x):\n    torch.save(x, \"FILE\")\n" << "\"aten::save\"";
        QTest::newRow("a file is mapped") << "def forward(self, x):\n    return torch.from_file(\"FILE\", True, 85).reshape(1, 85)\n" << "\"aten::from_file\"";
        QTest::newRow("on opening") << "def __getstate__(self):\n    return 1\ndef __setstate__(self, state: int):\n    torch.save(state, \"FILE\")\ndef forward(self, x):\n" + answer
                                    << "\"__setstate__\"";
    }
    void programsThatReachFilesAreRefused() {
        QFETCH(QString, program);
        QFETCH(QString, expected);
        const auto file = root_ / "reaches.pt", written = root_ / "executed";
        torch::jit::Module module("Network");
        module.define(program.replace("FILE", QString::fromStdString(written.string())).toStdString());
        module.save(file.string());
        writeWholeFile(file.string() + ".json", kDescribed);
        const QString message = errorText([&] { HmrNetwork::load(file); });
        QVERIFY2(message.contains(expected) && message.contains("reaches.pt") && message.contains("Nothing of it was executed"), qPrintable(message));
        QVERIFY(!std::filesystem::exists(written));
    }
    void aProgramThatFailsNamesItselfAndTheCause() {
        const QString message = errorText([&] { HmrNetwork::load(writeModule("fails.pt", "torch.matmul(x.flatten(1), torch.zeros(3, 85))", kDescribed)); });
        QVERIFY2(message.contains("fails.pt") && message.contains("cannot be multiplied"), qPrintable(message));
    }
    void aRecipeCanBeOverridden() {
        const auto file = root_ / "random.safetensors";
        test::writeRandomWeights(file);
        const NetworkRecipe told = HmrNetwork::load(file)->recipe();
        writeWholeFile(file.string() + ".json", R"({"person_share": 0.5, "pad_with_edge": false})");
        const NetworkRecipe overridden = HmrNetwork::load(file)->recipe();
        QVERIFY(told.personShare != 0.5 && told.padWithEdge);
        QVERIFY(overridden.personShare == 0.5 && !overridden.padWithEdge && overridden.inputSize == told.inputSize);
        QVERIFY(told.cropRule == "area" && !told.stretchContrast);
        writeWholeFile(file.string() + ".json", R"({"crop_rule": "spin", "stretch_contrast": true})");
        const NetworkRecipe stretched = HmrNetwork::load(file)->recipe();
        QVERIFY(stretched.cropRule == "spin" && stretched.stretchContrast);
        writeWholeFile(file.string() + ".json", R"({"architecture": "hmr-resnet50"})");  // its tensors are not there
        QVERIFY(!errorText([&] { HmrNetwork::load(file); }).isEmpty());
    }
    void whatIsSetOtherwiseIsWrittenBesideTheWeights() {
        const auto file = root_ / "written.safetensors", beside = overridesOf(file);
        test::writeRandomWeights(file);
        const NetworkRecipe own = ownRecipe(*openTensorFile(file));
        QCOMPARE(own.inputSize, 64);
        QVERIFY(withOverrides(own, file) == own);
        NetworkRecipe wanted = own;
        wanted.personShare = 0.8;
        wanted.mean = {0.25f, 0.5f, 0.75f};
        wanted.cropRule = "spin";
        wanted.stretchContrast = true;
        writeOverrides(file, own, wanted);
        QVERIFY(withOverrides(own, file) == wanted && HmrNetwork::load(file)->recipe() == wanted);
        const std::string text = readWholeFile(beside);
        QVERIFY(text.find("person_share") != std::string::npos && text.find("input_size") == std::string::npos);  // nothing but what differs
        for (const auto& spoil : std::initializer_list<void (*)(NetworkRecipe&)>{
                 [](NetworkRecipe& recipe) { recipe.cropRule = "nearest"; }, [](NetworkRecipe& recipe) { recipe.inputSize = 8; },
                 [](NetworkRecipe& recipe) { recipe.personShare = 0; }, [](NetworkRecipe& recipe) { recipe.boxAspect = 1.5; },
                 [](NetworkRecipe& recipe) { recipe.deviation[1] = 0; },
                 [](NetworkRecipe& recipe) { recipe.rotationEncoding = "euler"; }}) {
            NetworkRecipe bad = own;
            spoil(bad);
            QVERIFY(errorText([&] { writeOverrides(file, own, bad); }).contains("written.safetensors"));
            QCOMPARE(readWholeFile(beside), text);
        }
        writeOverrides(file, own, own);
        QVERIFY(!std::filesystem::exists(beside));
        writeOverrides(file, own, own);  // nothing to remove
    }
    void aModulesRecipeIsWrittenThoughNothingDiffers() {
        const auto file = writeModule("described.pt", kParameters, nullptr);
        const NetworkRecipe own = ownRecipe(*openTensorFile(file));
        QCOMPARE(own.architecture, std::string(kScriptArchitecture));
        writeOverrides(file, own, own);
        QVERIFY(withOverrides(own, file) == own && HmrNetwork::load(file)->recipe() == own);
    }
};

HMR_TEST_CLASS(TestScriptNetwork, "test_script_network")
#include "test_script_network.moc"
