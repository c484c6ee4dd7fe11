// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "formats/parameters_file.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

PersonEstimate somebody(int id, std::mt19937& generator) {
    std::normal_distribution<double> normal;
    const auto any = [&] { return normal(generator); };
    PersonEstimate person;
    person.id = id;
    person.box = {any(), any(), std::abs(any()), std::abs(any())};
    person.crop = {{any(), any()}, std::abs(any()), 1 + std::abs(any())};
    person.camera = {std::abs(any()), {any(), any()}};
    person.confidence = 0.25;
    person.parameters.pose = Points3d::NullaryExpr(24, 3, any);
    person.parameters.betas = Eigen::VectorXd::NullaryExpr(10, any);
    person.joints3d = Points3d::NullaryExpr(24, 3, any);
    person.joints2d = Points2d::NullaryExpr(19, 2, any);
    return person;
}

/// Three frames: two people, nobody, one person without joints.
EstimateDocument example() {
    std::mt19937 generator(3);
    EstimateDocument document{"clips/my video 人.mp4", 1920, 1080, 29.97, {}};
    document.frames.push_back({0, 0, {somebody(0, generator), somebody(7, generator)}});
    document.frames.push_back({1, 1 / 29.97, {}});
    document.frames.push_back({2, 2 / 29.97, {somebody(7, generator)}});
    document.frames[2].people[0].joints3d.resize(0, 3);
    document.frames[2].people[0].joints2d.resize(0, 2);
    return document;
}

void compare(const EstimateDocument& a, const EstimateDocument& b) {
    QCOMPARE(a.source, b.source);
    QCOMPARE(a.width, b.width);
    QCOMPARE(a.height, b.height);
    QVERIFY(a.frameRate == b.frameRate);
    QCOMPARE(a.frames.size(), b.frames.size());
    for (std::size_t f = 0; f < a.frames.size(); ++f) {
        QCOMPARE(a.frames[f].index, b.frames[f].index);
        QVERIFY(a.frames[f].time == b.frames[f].time);
        QCOMPARE(a.frames[f].people.size(), b.frames[f].people.size());
        for (std::size_t p = 0; p < a.frames[f].people.size(); ++p) {
            const PersonEstimate &x = a.frames[f].people[p], &y = b.frames[f].people[p];
            QCOMPARE(x.id, y.id);
            QVERIFY(x.box == y.box && x.crop == y.crop && x.camera == y.camera && x.confidence == y.confidence);
            QVERIFY(x.parameters == y.parameters);
            QCOMPARE(x.joints3d.rows(), y.joints3d.rows());
            QCOMPARE(x.joints2d.rows(), y.joints2d.rows());
            QVERIFY(x.joints3d == y.joints3d && x.joints2d == y.joints2d);
        }
    }
}

}  // namespace

class TestParametersFile : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;

    QString jsonErrorOf(const json& document) {
        writeWholeFile(folder_ / "bad.json", document.dump());
        return errorText([&] { readParametersJson(folder_ / "bad.json"); });
    }
    json exampleJson() {
        writeParametersJson(folder_ / "example.json", example());
        return json::parse(readWholeFile(folder_ / "example.json"));
    }

private Q_SLOTS:
    void initTestCase() { folder_ = directory_.path().toStdString(); }

    void jsonComesBack() {
        writeParametersJson(folder_ / "a.json", example());
        compare(readParametersJson(folder_ / "a.json"), example());
    }
    void writtenFrameByFrameItIsTheSameFile() {
        writeParametersJson(folder_ / "whole.json", example());
        {
            ParametersJsonFile file(folder_ / "frames.json", example());
            for (const FrameRecord& frame : example().frames) file.add(frame);
            QVERIFY(!fs::exists(folder_ / "frames.json"));
            file.finish();
        }
        QCOMPARE(readWholeFile(folder_ / "frames.json"), readWholeFile(folder_ / "whole.json"));
        {
            ParametersJsonFile given(folder_ / "frames.json", {});
            given.add(example().frames[0]);
        }
        QCOMPARE(readWholeFile(folder_ / "frames.json"), readWholeFile(folder_ / "whole.json"));  // never finished
        for (const auto& entry : fs::directory_iterator(folder_)) QVERIFY(!entry.path().filename().string().starts_with(".hmr"));
    }
    void npzComesBack() {
        writeParametersNpz(folder_ / "a.npz", example());
        compare(readParametersNpz(folder_ / "a.npz"), example());
    }
    void nobodyAtAllComesBack() {
        EstimateDocument document = example();
        for (FrameRecord& frame : document.frames) frame.people.clear();
        writeParametersNpz(folder_ / "nobody.npz", document);
        compare(readParametersNpz(folder_ / "nobody.npz"), document);
        writeParametersJson(folder_ / "nobody.json", {});
        compare(readParametersJson(folder_ / "nobody.json"), {});
    }
    void theJsonIsTheDocumentedOne() {
        const json document = exampleJson();
        QCOMPARE(document["version"].get<int>(), 1);
        QCOMPARE(document["source"].get<std::string>(), example().source);
        QCOMPARE(document["width"].get<int>(), 1920);
        const json& person = document["frames"][0]["people"][1];
        QCOMPARE(person["id"].get<int>(), 7);
        QCOMPARE(person["box"].size(), 4u);
        QCOMPARE(person["crop"]["center"].size(), 2u);
        QVERIFY(person["crop"]["side"].is_number());
        QVERIFY(person["camera"]["scale"].is_number());
        QCOMPARE(person["camera"]["translation"].size(), 2u);
        QCOMPARE(person["pose"].size(), 72u);
        QCOMPARE(person["betas"].size(), 10u);
        QCOMPARE(person["joints3d"].size(), 24u);
        QCOMPARE(person["joints3d"][23].size(), 3u);
        QCOMPARE(person["joints2d"].size(), 19u);
        QCOMPARE(person["joints2d"][18].size(), 2u);
        // The pose is that of joint after joint.
        QCOMPARE(person["pose"][3 * 5 + 1].get<double>(), example().frames[0].people[1].parameters.pose(5, 1));
        QVERIFY(readWholeFile(folder_ / "example.json").starts_with("{\"version\":1,\"source\":"));
    }
    void theNpzIsTheDocumentedOne() {
        writeParametersNpz(folder_ / "a.npz", example());
        const NpzArrays arrays = readNpz(folder_ / "a.npz");
        using Shape = std::vector<std::size_t>;
        const std::map<std::string, Shape> shapes = {
            {"frame_index", {3}}, {"time", {3}}, {"person_id", {3}}, {"box", {3, 4}}, {"crop", {3, 3}}, {"camera", {3, 3}}, {"pose", {3, 72}},
            {"betas", {3, 10}}, {"joints3d", {3, 24, 3}}, {"joints2d", {3, 19, 2}}, {"confidence", {3}}, {"source", {}}, {"width", {}},
            {"height", {}}, {"frame_rate", {}}};
        for (const auto& [key, shape] : shapes) QCOMPARE(arrays.at(key).shape, shape);
        QCOMPARE(arrays.at("frame_index").as<int>(), (std::vector<int>{0, 0, 2}));
        QCOMPARE(arrays.at("person_id").as<int>(), (std::vector<int>{0, 7, 7}));
    }
    void additionsMayBeMissing() {
        json document = exampleJson();
        for (json& person : document["frames"][0]["people"])
            for (const char* key : {"crop", "confidence", "joints3d", "joints2d"}) person.erase(key);
        document.erase("frame_rate");
        QCOMPARE(jsonErrorOf(document), QString());
        const EstimateDocument read = readParametersJson(folder_ / "bad.json");
        const PersonEstimate& person = read.frames[0].people[0];
        QVERIFY(person.crop.center == person.box.center() && person.crop.side == person.box.longerSide());
        QCOMPARE(read.frameRate, 0.0);
    }
    void wrongJsonIsSaid_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("reason");
        const char* person = "/frames/0/people/1";
        const auto row = [&](const QString& pointer, const char* value, const char* reason) {
            QTest::addRow("%s = %s", qPrintable(pointer), value) << pointer << value << reason;
        };
        row("/version", "2", "version 2");
        row("/version", "\"1\"", "version is string");
        row("/width", "-1", "width");
        row("/width", "1e30", "width");
        row("/width", "99999999999", "width");
        row("/source", "3", "source");
        row("/frames", "{}", "frames is object; a list");
        row("/frames/0", "[]", "frames[0] is array; an object");
        row("/frames/0/time", "null", "frames[0].time");
        row("/frames/0/people", "3", "people");
        row(QString(person) + "/pose", "[1,2,3]", "frames[0].people[1].pose has 3 numbers; 72");
        row(QString(person) + "/pose/7", "null", "pose[7] is null; a number");
        row(QString(person) + "/betas", "[]", "betas");
        row(QString(person) + "/betas/0", "\"tall\"", "betas[0] is string");
        row(QString(person) + "/box", "[1,2,3]", "box");
        row(QString(person) + "/camera", "[1,2,3]", "camera is array; an object");
        row(QString(person) + "/camera/scale", "[]", "scale");
        row(QString(person) + "/joints3d", "[[1,2,3]]", "24 points");
        row(QString(person) + "/joints2d/3", "[1,2,3]", "joints2d[3]");
        row(QString(person) + "/id", "1.5", "id");
    }
    void wrongJsonIsSaid() {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, reason);
        json document = exampleJson();
        document[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
        const QString text = jsonErrorOf(document);
        QVERIFY2(text.contains(reason) && text.contains("bad.json"), qPrintable(text));
    }
    void missingJsonKeysAreSaid() {
        for (const char* key : {"version", "source", "width", "height", "frames"}) {
            json document = exampleJson();
            document.erase(key);
            QVERIFY(jsonErrorOf(document).contains(QString("\"%1\" is missing").arg(key)));
        }
        for (const char* key : {"id", "box", "camera", "pose", "betas"}) {
            json document = exampleJson();
            document["frames"][0]["people"][1].erase(key);
            QVERIFY(jsonErrorOf(document).contains(QString("frames[0].people[1]: \"%1\" is missing").arg(key)));
        }
    }
    void whatIsNoJsonIsSaid() {
        const std::string whole = readWholeFile(folder_ / "example.json");
        for (std::size_t length = 0; length + 2 < whole.size(); length += 97) {
            writeWholeFile(folder_ / "cut.json", whole.substr(0, length));
            QVERIFY(!errorText([&] { readParametersJson(folder_ / "cut.json"); }).isEmpty());
        }
        writeWholeFile(folder_ / "deep.json", std::string(200'000, '['));
        QVERIFY(errorText([&] { readParametersJson(folder_ / "deep.json"); }).contains("no whole JSON"));
        QVERIFY(jsonErrorOf(json::array()).contains("an object"));
    }
    void wrongNpzIsSaid() {
        writeParametersNpz(folder_ / "a.npz", example());
        const NpzArrays good = readNpz(folder_ / "a.npz");
        const auto errorOf = [&](const NpzArrays& arrays) {
            writeNpz(folder_ / "bad.npz", arrays);
            return errorText([&] { readParametersNpz(folder_ / "bad.npz"); });
        };
        QCOMPARE(errorOf(good), QString());
        for (const auto& [key, array] : good) {
            NpzArrays arrays = good;
            arrays[key] = NdArray::from(std::vector<float>(5), {5});
            QVERIFY2(errorOf(arrays).contains("bad.npz"), key.c_str());
            if (key == "all_frame_index" || key == "relative_focal_length") continue;  // later additions
            arrays.erase(key);
            QVERIFY2(errorOf(arrays).contains(QString::fromStdString("\"" + key + "\" is missing")), key.c_str());
        }
        NpzArrays older = good;
        older.erase("relative_focal_length");
        QCOMPARE(errorOf(older), QString());
        QVERIFY(readParametersNpz(folder_ / "bad.npz").frames[0].people[0].crop.relativeFocalLength == CropWindow{}.relativeFocalLength);
        NpzArrays arrays = good;
        arrays["relative_focal_length"] = NdArray::from(std::vector<double>{22, 0, 22}, {3});
        QVERIFY(errorOf(arrays).contains("no focal length"));
        arrays = good;
        arrays["pose"] = NdArray::from(std::vector<double>(3 * 72, std::numeric_limits<double>::quiet_NaN()), {3, 72});
        QVERIFY(errorOf(arrays).contains("not finite"));
        arrays["pose"] = NdArray::fromTexts({"a", "b", "c"});
        QVERIFY(errorOf(arrays).contains("pose"));
    }
};

HMR_TEST_CLASS(TestParametersFile, "test_parameters_file")
#include "test_parameters_file.moc"
