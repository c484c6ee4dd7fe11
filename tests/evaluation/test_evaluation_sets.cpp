// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/mat_file.h"
#include "formats/npz.h"
#include "formats/resources.h"
#include "support/error_text.h"
#include "support/random_weights.h"
#include "support/small_body.h"
#include "support/test_class.h"
#include "training/evaluation/evaluation_set.h"
#include "training/picture_file.h"
#include "training/prior/pose_prior.h"

namespace hmr::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

double figure(const Figures& figures, const std::string& name) {
    const auto found = std::ranges::find(figures, name, &std::pair<std::string, double>::first);
    return found == figures.end() ? -1 : found->second;
}

}  // namespace

class TestEvaluationSets : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path root_;
    std::shared_ptr<const BodyModel> body_;

    static EvaluationOptions optionsFor(const fs::path& data, std::invocable<EvaluationOptions&> auto change) {
        EvaluationOptions options;
        options.data = data;
        change(options);
        return options;
    }
    static EvaluationOptions optionsFor(const fs::path& data) { return optionsFor(data, [](EvaluationOptions&) {}); }
    EvaluationOptions randomNetwork(const fs::path& data) const {
        return optionsFor(data, [this](EvaluationOptions& options) {
            options.weights = root_ / "random.safetensors";
            options.body = resourcePath("body/openbody-lod.npz");
            options.threads = 1;
        });
    }
    static NetworkRecipe recipeOf(int size) {
        NetworkRecipe recipe;
        recipe.inputSize = size;
        recipe.personShare = 0.67;
        return recipe;
    }
    std::unique_ptr<EvaluationSet> open(const EvaluationOptions& options, int size = 64) { return openEvaluationSet(options, *body_, recipeOf(size)); }

    /// Of Human3.6M's 17 joints; each is some vertex.
    fs::path writeRegressor(const char* name) const {
        std::vector<float> weights(17 * 6890);
        for (std::size_t joint = 0; joint < 17; ++joint) weights[joint * 6890 + 50 * joint] = 1;
        writeNpy(root_ / name, NdArray::from(weights, {17, 6890}));
        return root_ / name;
    }

    /// Two pictures in the neutral format, the second person of another action and with label pictures.
    void writeLabelled() {
        Picture picture(80, 120, 3), silhouette(80, 120, 3);
        std::fill(silhouette.pixels.begin(), silhouette.pixels.end(), std::uint8_t{255});
        std::fill_n(silhouette.pixels.begin(), 80 * 60 * 3, std::uint8_t{1});
        writePicture(root_ / "a.png", picture);
        writePicture(root_ / "mask.png", silhouette);
        Json keypoints = Json::array(), joints = Json::array();
        for (int i = 0; i < kNumCocoPlusJoints; ++i) {
            keypoints.push_back({20 + 2 * i, 10 + 5 * i, i == 18 ? 0 : 1});
            joints.push_back({0.02 * i, 0.05 * i - 0.4, 3.0});
        }
        const Json walker = {{"keypoints", keypoints}, {"joints3d", joints}, {"groups", {"action Walking"}}, {"silhouette", "mask.png"}};
        const Json sitter = {{"keypoints", keypoints}, {"joints3d", joints}, {"groups", {"action Sitting"}}};
        writeWholeFile(root_ / "labels.jsonl", Json{{"picture", "a.png"}, {"people", {walker, sitter}}}.dump() + "\n");
    }

private Q_SLOTS:
    void initTestCase() {
        root_ = folder_.path().toStdString();
        body_ = loadBodyModel(resourcePath("body/openbody-lod.npz"));
        writeLabelled();
        writeRandomWeights(root_ / "random.safetensors");
    }

    void annotatedPeopleAreCropped() {
        const auto set = open(optionsFor(root_));
        QCOMPARE(set->size(), 2);
        const EvaluationPerson person = set->person(0);
        QCOMPARE(person.sample.pixels.size(), std::size_t{64 * 64 * 3});
        QVERIFY(std::abs(person.boxSide - 2 * 0.67) < 1e-9);  // the longer side of the box is that share of the crop
        QCOMPARE(person.silhouette.width, 80);
        QCOMPARE(int{person.silhouette.labels.front()}, 1);
        QCOMPARE(int{person.silhouette.labels.back()}, 255);
        QCOMPARE(person.groups, std::vector<std::string>{"action Walking"});
        QVERIFY(set->person(1).silhouette.isEmpty());
        QCOMPARE(open(optionsFor(root_, [](auto& options) { options.limit = 1; }))->size(), 1);
        QVERIFY(errorText([&] { open(optionsFor(root_, [](auto& options) { options.minJoints = 19; })); }).contains("at least 19"));
    }

    void cropsFollowTheRecipe() {
        const fs::path folder = root_ / "grey";
        fs::create_directories(folder);
        Picture picture(40, 40, 3);
        for (std::size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = i < picture.pixels.size() / 2 ? 100 : 150;
        writePicture(folder / "grey.png", picture);
        Json keypoints = Json::array();
        for (int i = 0; i < kNumCocoPlusJoints; ++i) keypoints.push_back({10 + i, 2 * i, 1});
        const Json person = {{"keypoints", keypoints}, {"box", {0, 0, 40, 40}}};
        writeWholeFile(folder / "labels.jsonl", Json{{"picture", "grey.png"}, {"people", {person}}}.dump() + "\n");
        NetworkRecipe recipe = recipeOf(80);
        recipe.personShare = 0.5;
        const auto crop = [&] { return openEvaluationSet(optionsFor(folder), *body_, recipe); };
        const auto pixel = [](const EvaluationPerson& seen, int x, int y) { return int{seen.sample.pixels[static_cast<std::size_t>(3 * (80 * y + x))]}; };
        EvaluationPerson seen = crop()->person(0);
        QVERIFY(pixel(seen, 2, 2) == 100 && pixel(seen, 77, 77) == 150);  // the border repeats
        recipe.padWithEdge = false;
        seen = crop()->person(0);
        QVERIFY(pixel(seen, 2, 2) == 0 && pixel(seen, 77, 77) == 0 && pixel(seen, 40, 30) == 100 && pixel(seen, 40, 50) == 150);
        QVERIFY(crop()->boxRule.find("black") != std::string::npos);
        recipe.cropRule = "spin";
        recipe.stretchContrast = true;
        seen = crop()->person(0);
        QVERIFY(pixel(seen, 2, 2) == 0 && pixel(seen, 40, 30) == 170 && pixel(seen, 40, 50) == 255);
        QVERIFY(crop()->boxRule.find("\"spin\"") != std::string::npos);
        recipe.personShare = 1;  // nothing black in it
        seen = crop()->person(0);
        QVERIFY(pixel(seen, 40, 10) == 0 && pixel(seen, 40, 70) == 255);
    }

    void cropsOfPublishedRecipesMeasureTheJointsOnce() {
        const fs::path folder = root_ / "extent";
        fs::create_directories(folder);
        writePicture(folder / "a.png", Picture(200, 200, 3));
        Json keypoints = Json::array();
        for (int i = 0; i < kNumCocoPlusJoints; ++i) keypoints.push_back({50 + (i == 1 ? 30 : 0), 60 + (i == 1 ? 40 : 0), 1});  // an extent of 30 x 40
        writeWholeFile(folder / "labels.jsonl", Json{{"picture", "a.png"}, {"people", {{{"keypoints", keypoints}}}}}.dump() + "\n");
        NetworkRecipe recipe = recipeOf(64);
        recipe.personShare = 0.5;
        for (const auto& [rule, side] : {std::pair{"area", 2 * 44.0}, {"hmr2", 2 * 44.0}, {"spin", 2 * 40.0}, {"hmr", 2 * 50.0}}) {
            recipe.cropRule = rule;
            const EvaluationPerson person = openEvaluationSet(optionsFor(folder), *body_, recipe)->person(0);
            QVERIFY2(std::abs(person.window.side - side) < 1e-9, rule);
            QVERIFY2(std::abs(person.boxSide * side / 2 - 44) < 1e-9, rule);  // PCK is still told of the box
            QVERIFY2((person.window.center - Eigen::Vector2d(65, 80)).norm() < 1e-9, rule);
        }
        QVERIFY(openEvaluationSet(optionsFor(folder), *body_, recipe)->boxRule.find("2 times the diagonal") != std::string::npos);
    }

    void labelPicturesOfAnotherSizeAreRefused() {
        const fs::path folder = root_ / "wrong";
        fs::create_directories(folder);
        writePicture(folder / "a.png", Picture(80, 100, 3));
        fs::copy_file(root_ / "mask.png", folder / "mask.png");
        fs::copy_file(root_ / "labels.jsonl", folder / "labels.jsonl");
        QVERIFY(errorText([&] { open(optionsFor(folder))->person(0); }).contains("80x120 but its picture is 80x100"));
    }

    void benchmarkIsFrozen() {
        const auto set = open(optionsFor("synthetic:3"));
        QCOMPARE(set->size(), 3);
        const EvaluationPerson first = set->person(1), again = open(optionsFor("synthetic"))->person(1);
        QVERIFY(first.sample.pixels == again.sample.pixels);
        QVERIFY(first.parameters.has_value() && !first.parts.isEmpty());
        QCOMPARE(open(optionsFor("synthetic"))->size(), 5000);
        for (const char* bad : {"synthetic:", "synthetic:0", "synthetic:x"}) QVERIFY(errorText([&] { open(optionsFor(bad)); }).contains("synthetic:N"));
        // A list that another prior or generator was frozen with is refused.
        Json json = Json::parse(readWholeFile(resourcePath("benchmark/synthetic.json")));
        json["firstBoxes"][2][0] = json["firstBoxes"][2][0].get<double>() + 5;
        writeWholeFile(root_ / "moved.json", json.dump());
        QVERIFY(errorText([&] { open(optionsFor(root_ / "moved.json")); }).contains("person 2 is drawn elsewhere"));
        json["clips"].erase(0);
        writeWholeFile(root_ / "moved.json", json.dump());
        QVERIFY(errorText([&] { open(optionsFor(root_ / "moved.json")); }).contains("other clips"));
        writeWholeFile(root_ / "moved.json", R"({"kind": "synthetic", "seed": 1})");
        QVERIFY(errorText([&] { open(optionsFor(root_ / "moved.json")); }).contains("\"count\""));
    }

    void benchmarkSharesNoClipWithTraining() {
        const Json json = Json::parse(readWholeFile(resourcePath("benchmark/synthetic.json")));
        QVERIFY(json["clips"].size() > 20);
        for (const Json& clip : json["clips"]) QVERIFY(splitOf(clip.get<std::string>()) == DataSplit::Validation);
    }

    void wholeEvaluationReports() {
        EvaluationOptions options = randomNetwork("synthetic:4");
        options.report = root_ / "report";
        options.flipped = true;
        const EvaluationReport report = evaluate(options);
        QCOMPARE(report.people, 4);
        QCOMPARE(report.methods.at(0).name, std::string("network"));
        QCOMPARE(report.methods.at(1).name, std::string("mean pose"));
        for (const MethodFigures& method : report.methods)
            for (const char* name : {"PCK@0.1", "PCK@0.05", "MPJPE mm", "reconstruction error mm", "PVE mm", "AUC aligned", "foreground F1", "six parts accuracy", "joints beyond limits"})
                QVERIFY2(figure(method.overall, name) >= 0, name);
        QVERIFY(figure(report.methods[1].overall, "reconstruction error mm") < figure(report.methods[1].overall, "MPJPE mm"));
        std::ostringstream printed;
        printReport(report, printed);
        for (const char* line : {"\nPCK@0.1: 0.", "\nmean pose MPJPE mm: ", "\nprotocol: hmr\n", "\nroot: middle of the hips\n", "\nnetwork ms, median: "})
            QVERIFY2(printed.str().find(line) != std::string::npos, line);
        const Json json = Json::parse(readWholeFile(root_ / "report/report.json"));
        QCOMPARE(json["methods"][0]["overall"]["MPJPE mm"].get<double>(), figure(report.methods[0].overall, "MPJPE mm"));
        QVERIFY(json["milliseconds"]["network"]["p90"].get<double>() > 0);
        QVERIFY(readWholeFile(root_ / "report/report.md").find("| MPJPE mm |") != std::string::npos);
        for (const char* page : {"best.jpg", "median.jpg", "worst.jpg"}) QVERIFY(fs::exists(root_ / "report" / page));
    }

    void groupsAndActionsAreReported() {
        const EvaluationReport report = evaluate(randomNetwork(root_));
        const MethodFigures& network = report.methods.front();
        QCOMPARE(network.groups.size(), std::size_t{2});
        QCOMPARE(network.groups[0].first, std::string("action Sitting"));
        const double mean = (figure(network.groups[0].second, "MPJPE mm") + figure(network.groups[1].second, "MPJPE mm")) / 2;
        QVERIFY(std::abs(figure(network.overall, "MPJPE mm, mean of actions") - mean) < 1e-9);
        QVERIFY(figure(network.groups[1].second, "foreground accuracy") >= 0 && figure(network.groups[0].second, "foreground accuracy") < 0);
        QVERIFY(figure(network.overall, "PVE mm") < 0);
    }

    void groupsTellTheMeanOfTheirActions() {
        const fs::path folder = root_ / "protocols";
        fs::create_directories(folder);
        fs::copy_file(root_ / "a.png", folder / "a.png");
        Json people = Json::parse(readWholeFile(root_ / "labels.jsonl")).at("people");
        people.push_back(people[0]);
        for (Json& person : people) person.erase("silhouette");
        for (Json& joint : people[0]["joints3d"]) joint[0] = 2 * joint[0].get<double>();
        people[0]["groups"] = {"action Walking", "protocol 1", "protocol 2", "protocol 2, action Walking"};
        people[1]["groups"] = {"action Sitting", "protocol 1", "protocol 2", "protocol 2, action Sitting"};
        people[2]["groups"] = {"action Walking", "protocol 1"};
        writeWholeFile(folder / "labels.jsonl", Json{{"picture", "a.png"}, {"people", people}}.dump() + "\n");
        const EvaluationReport report = evaluate(randomNetwork(folder));
        const std::map<std::string, Figures> groups(report.methods[0].groups.begin(), report.methods[0].groups.end());
        QCOMPARE(groups.size(), std::size_t{6});
        const auto error = [&](const char* group) { return figure(groups.at(group), "MPJPE mm"); };
        const auto mean = [&](const char* group) { return figure(groups.at(group), "MPJPE mm, mean of actions"); };
        QVERIFY(std::abs(mean("protocol 2") - (error("protocol 2, action Walking") + error("protocol 2, action Sitting")) / 2) < 1e-9);
        QVERIFY(std::abs(mean("protocol 1") - (error("action Walking") + error("action Sitting")) / 2) < 1e-9);
        QVERIFY(std::abs(mean("protocol 1") - figure(report.methods[0].overall, "MPJPE mm, mean of actions")) < 1e-9);
        QVERIFY(std::abs(mean("protocol 1") - mean("protocol 2")) > 1e-6);
        QVERIFY(mean("protocol 2, action Walking") < 0);
        QVERIFY(reportMarkdown(report).find("| MPJPE mm, mean of actions | – |") != std::string::npos);
    }

    void mpiInf3dhpIsJudgedBySeventeenJoints() {
        if (!canReadMatFiles()) QSKIP("this build has no libmatio");
        const fs::path folder = root_ / "3dhp";
        fs::create_directories(folder / "TS1/imageSequence");
        fs::copy_file(HMR_TEST_DATA "/datasets/3dhp_annot_data.mat", folder / "TS1/annot_data.mat");
        for (const char* name : {"img_000001.jpg", "img_000003.jpg"}) writePicture(folder / "TS1/imageSequence" / name, Picture(500, 700, 3));
        EvaluationOptions options = randomNetwork(folder);
        QCOMPARE(evaluate(options).jointSet, std::string("2D: 19 coco-plus joints; 3D: 14 of LSP"));
        options.protocol = "spin";
        options.regressor = writeRegressor("regressor_3dhp.npy");
        const EvaluationReport report = evaluate(options);
        QCOMPARE(report.jointSet, std::string("2D: 19 coco-plus joints; 3D: 14 of LSP, pelvis, spine, head"));
        QVERIFY(figure(report.methods[0].overall, "reconstruction error mm") > 0);
    }

    void genderedTruthNeedsItsBodies() {
        const fs::path folder = root_ / "3dpw";
        fs::create_directories(folder / "sequenceFiles/test");
        fs::create_directories(folder / "imageFiles/courtyard_test_00");
        fs::copy_file(HMR_TEST_DATA "/datasets/courtyard_test_00.pkl", folder / "sequenceFiles/test/courtyard_test_00.pkl");
        for (const char* name : {"image_00000.jpg", "image_00002.jpg"}) writePicture(folder / "imageFiles/courtyard_test_00" / name, Picture(200, 320, 3));
        EvaluationOptions options = randomNetwork(folder);
        const EvaluationReport skeleton = evaluate(options);
        QCOMPARE(skeleton.jointSet, std::string("2D: 19 coco-plus joints; 3D: 13 of LSP (without head_top)"));
        QVERIFY(skeleton.notes.find("SMPL's skeleton") != std::string::npos && figure(skeleton.methods[0].overall, "PVE mm") < 0);
        options.maleBody = options.body;
        QVERIFY(errorText([&] { evaluate(options); }).contains("male and a female body"));
        BodyModelData wider = body_->data();
        wider.templateVertices.col(0) *= 1.5f;
        options.femaleBody = root_ / "wider.npz";
        saveBodyModel(options.femaleBody, wider);
        const auto set = open(options);
        QVERIFY(set->person(0).parameters && set->person(2).parameters);
        const auto width = [](const EvaluationPerson& person) { return person.parametersBody->data().templateVertices.col(0).maxCoeff(); };
        QVERIFY(std::abs(width(set->person(2)) - 1.5f * width(set->person(0))) < 1e-4f);  // the second person is a woman
        const EvaluationReport meshes = evaluate(options);
        QCOMPARE(meshes.jointSet, std::string("2D: 19 coco-plus joints; 3D: 14 of LSP"));
        QVERIFY(meshes.notes.find("male and female meshes") != std::string::npos && figure(meshes.methods[0].overall, "PVE mm") > 0);
        saveBodyModel(options.femaleBody, SmallBody::data());
        QVERIFY(errorText([&] { evaluate(options); }).contains("560 vertices"));
    }

    void spinProtocolNeedsAFittingRegressor() {
        EvaluationOptions options = randomNetwork(root_);
        options.protocol = "spin";
        QVERIFY(errorText([&] { evaluate(options); }).contains("--regressor"));
        options.regressor = root_ / "regressor.npy";
        writeNpy(options.regressor, NdArray::from(std::vector<float>(17 * 10), {17, 10}));
        QVERIFY(errorText([&] { evaluate(options); }).contains("[17,6890]"));
        options.regressor = writeRegressor("regressor.npy");
        const EvaluationReport report = evaluate(options);
        QCOMPARE(report.root, std::string("pelvis"));
        QVERIFY(figure(report.methods[0].overall, "MPJPE mm") > 0);
        options.protocol = "other";
        QVERIFY(errorText([&] { evaluate(options); }).contains("hmr or spin"));
    }
};

HMR_TEST_CLASS(TestEvaluationSets, "test_evaluation_sets")

}  // namespace hmr::test

#include "test_evaluation_sets.moc"
