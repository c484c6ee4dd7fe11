// SPDX-License-Identifier: MIT
#include <QObject>
#include <QTemporaryDir>
#include <map>
#include <set>

#include "body/posing.h"
#include "body/rotation.h"
#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "support/error_text.h"
#include "support/small_body.h"
#include "support/test_class.h"
#include "training/datasets/crop_transform.h"
#include "training/datasets/dataset_check.h"
#include "training/datasets/packed_pictures.h"
#include "training/picture_file.h"
#include "training/random.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

constexpr int kWidth = 90, kHeight = 120;

/// A picture whose colour says where a pixel is.
Picture gradientPicture() {
    Picture picture(kWidth, kHeight, 3);
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            picture.at(x, y)[0] = static_cast<std::uint8_t>(2 * x);
            picture.at(x, y)[1] = static_cast<std::uint8_t>(2 * y);
            picture.at(x, y)[2] = 60;
        }
    return picture;
}

/// One line of an LSP table: joints on two vertical lines, the one named hidden.
std::string tableLine(const std::string& name, int hidden = -1) {
    std::string line = name;
    for (int joint = 0; joint < kNumLspJoints; ++joint)
        line += "," + std::to_string(joint % 2 == 0 ? 30 : 60) + "," + std::to_string(20 + 6 * joint) + "," + (joint == hidden ? "0" : "1");
    return line + "\n";
}

BodyParameters anyParameters(std::uint64_t number) {
    Random random(3, number);
    BodyParameters parameters;
    for (double& angle : parameters.pose.reshaped()) angle = 0.4 * random.normal();
    for (double& beta : parameters.betas) beta = random.normal();
    return parameters;
}

Points3d jointsOf(const BodyModel& body, const BodyParameters& parameters) { return cocoPlusJoints(body, poseBody(body, parameters).vertices); }

BodyParameters parametersOf(const TrainingSample& sample) {
    BodyParameters parameters;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Map<const Eigen::Matrix<float, 3, 3, Eigen::RowMajor>> rotation(&sample.rotations[9 * joint]);
        parameters.pose.row(joint) = axisAngleFromRotation(rotation.cast<double>()).transpose();
    }
    for (int i = 0; i < kNumBetas; ++i) parameters.betas[i] = sample.betas[i];
    return parameters;
}

}  // namespace

class TestAnnotatedPictures : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path root() const { return fs::path(folder_.path().toStdString()); }

    fs::path writeTable(const std::string& name, const std::string& lines) {
        writeWholeFile(root() / name, "file,...\n" + lines);
        return root() / name;
    }

private Q_SLOTS:
    void initTestCase() {
        fs::create_directories(root() / "train");
        std::string lines;
        for (int i = 0; i < 60; ++i) {
            const std::string name = "im" + std::to_string(i) + ".png";
            writePicture(root() / "train" / name, gradientPicture());
            lines += tableLine(name, i == 0 ? 6 : -1);
        }
        writeTable("train.csv", lines);
    }

    void tableReadsJointsAndBox() {
        const auto people = readLspTable(root() / "train.csv");
        QCOMPARE(people.size(), std::size_t{60});
        QCOMPARE(countVisible(people[0].keypoints), 13);
        QCOMPARE(people[0].keypoints[3 * 6 + 2], 0.0f);
        QCOMPARE(countVisible(people[1].keypoints), 14);
        QCOMPARE(people[1].keypoints[3 * 1], 60.0f);
        QCOMPARE(people[1].keypoints[3 * 1 + 1], 26.0f);
        QVERIFY(std::abs(people[1].box.height - 1.1 * 78) < 1e-6);
        QVERIFY(datasetProblems(people).empty());
        QCOMPARE(readAnnotations(root()).size(), std::size_t{60});
    }

    void badTablesNameTheLine_data() {
        QTest::addColumn<QString>("lines");
        QTest::addColumn<QString>("named");
        QTest::newRow("columns") << "im1.png,1,2\n" << "expected 43 columns";
        QTest::newRow("missing picture") << QString::fromStdString(tableLine("gone.png")) << "gone.png";
        QTest::newRow("outside the folder") << QString::fromStdString(tableLine("../train/im1.png")) << "bad picture name";
        QTest::newRow("NaN") << QString::fromStdString(tableLine("im1.png")).replace("60,26", "nan,26") << "\"nan\"";
        QTest::newRow("word") << QString::fromStdString(tableLine("im1.png")).replace("60,26", "x,26") << "\"x\"";
        QTest::newRow("empty") << "" << "no annotated person";
    }

    void badTablesNameTheLine() {
        QFETCH(QString, lines);
        QFETCH(QString, named);
        fs::create_directories(root() / "bad");
        writeWholeFile(root() / "bad" / "train.csv", "file\n" + lines.toStdString());
        fs::create_directories(root() / "bad" / "train");
        writePicture(root() / "bad" / "train" / "im1.png", gradientPicture());
        const QString error = errorText([&] { readLspTable(root() / "bad" / "train.csv"); });
        QVERIFY2(error.contains(named), qPrintable("found: " + error));
    }

    void cocoJointsTakeTheirPlaces() {
        fs::create_directories(root() / "coco" / "images");
        writePicture(root() / "coco" / "images" / "a.png", gradientPicture());
        std::string keypoints;
        for (int joint = 0; joint < 17; ++joint)
            keypoints += (joint ? "," : "") + std::to_string(10 + joint) + "," + std::to_string(50 + joint) + "," + (joint == 4 ? "0" : "2");
        const auto text = [&](const std::string& points) {
            return R"({"images": [{"id": 5, "file_name": "a.png"}], "annotations": [{"id": 9, "image_id": 5, "iscrowd": 0,
                "bbox": [8, 40, 30, 60], "keypoints": [)" + points + "]}]}";
        };
        writeWholeFile(root() / "coco" / "person_keypoints.json", text(keypoints));
        const auto people = readAnnotations(root() / "coco");
        QCOMPARE(people.size(), std::size_t{1});
        QCOMPARE(people[0].box, (PixelBox{8, 40, 30, 60}));
        const auto nameAt = [&](const char* name) {
            return static_cast<int>(std::ranges::find(kCocoPlusNames, name) - kCocoPlusNames.begin());
        };
        // COCO: nose 0, left eye 1, left shoulder 5, right ankle 16, right ear 4 (hidden here); no neck, no head top
        QCOMPARE(people[0].keypoints[3 * nameAt("nose")], 10.0f);
        QCOMPARE(people[0].keypoints[3 * nameAt("left_eye")], 11.0f);
        QCOMPARE(people[0].keypoints[3 * nameAt("left_shoulder")], 15.0f);
        QCOMPARE(people[0].keypoints[3 * nameAt("right_ankle")], 26.0f);
        for (const char* name : {"left_ear", "neck", "head_top"})
            QCOMPARE(people[0].keypoints[3 * nameAt(name) + 2], name == std::string("left_ear") ? 1.0f : 0.0f);
        QCOMPARE(people[0].keypoints[3 * nameAt("right_ear") + 2], 0.0f);
        writeWholeFile(root() / "coco" / "person_keypoints.json", text("1,2,2"));
        QVERIFY(errorText([&] { readAnnotations(root() / "coco"); }).contains("expected 51"));
    }

    void cropTransformInverts() {
        CropTransform crop{{{40, 60}, 50}, 0.7, true};
        for (const Eigen::Vector2d& point : {Eigen::Vector2d(0.3, -0.8), Eigen::Vector2d(-1, 1)})
            QVERIFY((crop.cropFromSource(crop.sourceFromCrop(point)) - point).norm() < 1e-12);
        QVERIFY((crop.sourceFromCrop({0, 0}) - Eigen::Vector2d(40, 60)).norm() < 1e-12);
    }

    void pixelsAndJointsMoveTogether() {
        const Picture picture = gradientPicture();
        const CropTransform crop{{{45, 60}, 64}, 0.4, true};
        std::vector<std::uint8_t> pixels;
        cropPixels(picture, crop, 64, pixels);
        for (const auto& [column, row] : {std::pair{20, 40}, std::pair{45, 12}}) {
            const Eigen::Vector2d source = crop.sourceFromCrop({(column + 0.5) / 32 - 1, (row + 0.5) / 32 - 1});
            const std::uint8_t* pixel = &pixels[3 * (static_cast<std::size_t>(row) * 64 + static_cast<std::size_t>(column))];
            QVERIFY(std::abs(pixel[0] - 2 * (source.x() - 0.5)) < 1.5);
            QVERIFY(std::abs(pixel[1] - 2 * (source.y() - 0.5)) < 1.5);
        }
    }

    void mirroringSwapsSides() {
        Keypoints keypoints{};
        keypoints[0] = 50, keypoints[1] = 60, keypoints[2] = 1;  // right ankle
        CropTransform crop{{{40, 60}, 40}, 0, false};
        QCOMPARE(cropKeypoints(keypoints, crop)[0], 0.5f);
        crop.isMirrored = true;
        const Keypoints mirrored = cropKeypoints(keypoints, crop);
        QCOMPARE(mirrored[2], 0.0f);
        QCOMPARE(mirrored[3 * 5], -0.5f);  // left ankle
        QCOMPARE(mirrored[3 * 5 + 2], 1.0f);
    }

    void packedPicturesKeepEverybodyInOneSplit() {
        const fs::path file = root() / "packed.npz";
        packPictures(file, readLspTable(root() / "train.csv"));
        const auto training = loadPackedPictures(file, DataSplit::Training), validation = loadPackedPictures(file, DataSplit::Validation);
        QCOMPARE(training->entries.size() + validation->entries.size(), std::size_t{60});
        std::set<std::string> names;
        for (const auto* half : {training.get(), validation.get()})
            for (const auto& entry : half->entries) names.insert(entry.name);
        QCOMPARE(names.size(), std::size_t{60});
        const auto& entry = training->entries.front();
        QCOMPARE(entry.picture.width, kWidth);
        QVERIFY(std::abs(entry.picture.at(40, 60)[0] - 80) < 12);  // JPEG, not exact
        const auto small = loadPackedPictures(file, DataSplit::Training, static_cast<int>(entry.box.longerSide() / 2));
        QVERIFY(small->entries.front().box.longerSide() <= entry.box.longerSide() / 2 + 1);
        const double scale = small->entries.front().box.longerSide() / entry.box.longerSide();
        QVERIFY(std::abs(small->entries.front().picture.width - scale * entry.picture.width) <= 1);
        QVERIFY(std::abs(small->entries.front().keypoints[0] - scale * entry.keypoints[0]) < 1e-3);
    }

    void smallPeopleInLargePicturesKeepTheirDetail() {
        // A person of 200 pixels in a picture of 2000, each pixel of which tells where it is.
        Picture wide(2000, 1000, 3);
        for (int y = 0; y < wide.height; ++y)
            for (int x = 0; x < wide.width; ++x) {
                wide.at(x, y)[0] = static_cast<std::uint8_t>(x / 8);
                wide.at(x, y)[1] = static_cast<std::uint8_t>(y / 4);
            }
        writePicture(root() / "wide.png", wide);
        AnnotatedPerson person;
        person.id = "far";
        person.picture = root() / "wide.png";
        person.box = {1500, 600, 100, 200};
        person.keypoints[0] = 1550, person.keypoints[1] = 700, person.keypoints[2] = 1;
        AnnotatedPerson beside = person;  // cut at the border, and a box beside the picture
        beside.id = "near the border";
        beside.box = {1950, 900, 100, 200};
        AnnotatedPerson outside = person;
        outside.id = "outside";
        outside.box = {3000, 900, 100, 200};
        packPictures(root() / "far.npz", {person, beside, outside});
        std::map<std::string, PackedPictures::Entry> entries;
        for (const DataSplit split : {DataSplit::Training, DataSplit::Validation}) {
            try {
                const auto pictures = loadPackedPictures(root() / "far.npz", split, 1000);
                for (const auto& entry : pictures->entries) entries[entry.name] = entry;
            } catch (const Error&) {  // nobody is of this split
            }
        }
        const PackedPictures::Entry& far = entries.at("far");
        QCOMPARE(std::max(far.picture.width, far.picture.height), kPackedLongestSide);
        QVERIFY(far.box.longerSide() > 130);  // not 32, as of the whole picture
        const int x = static_cast<int>(far.keypoints[0]), y = static_cast<int>(far.keypoints[1]);
        QVERIFY(std::abs(far.picture.at(x, y)[0] - 1550 / 8) <= 4 && std::abs(far.picture.at(x, y)[1] - 700 / 4) <= 4);
        QVERIFY(std::abs(entries.at("near the border").box.x - (1950 - 1760)) < 1e-3);  // 240 pixels were left, and stay
        QCOMPARE(entries.at("outside").picture.width, kPackedLongestSide);
    }

    void drawnSamplesDependOnTheIndexAlone() {
        const auto pictures = loadPackedPictures(root() / "packed.npz", DataSplit::Training);
        PackedSourceOptions options;
        options.size = 48;
        PackedSource a(pictures, options), b(pictures, options);
        TrainingSample first, second, other;
        a.draw(17, first);
        a.draw(18, other);
        b.draw(17, second);
        QVERIFY(first.pixels == second.pixels && first.keypoints == second.keypoints);
        QVERIFY(first.pixels != other.pixels);
        QVERIFY(!first.hasJoints3d && !first.hasParameters);
        QCOMPARE(first.keypoints[3 * 14 + 2], 0.0f);  // LSP has no nose
    }

    // As before a webcam: the picture ends below the chest or the hips, and what lies under it is not seen, but its body is known.
    void closeUpsEndBelowTheUpperBody() {
        auto pictures = std::make_shared<PackedPictures>();
        PackedPictures::Entry entry;
        entry.picture = Picture(200, 300, 3);
        for (int y = 0; y < 300; ++y)
            for (int x = 0; x < 200; ++x) std::fill_n(entry.picture.at(x, y), 3, static_cast<std::uint8_t>(y * 255 / 299));
        // Ankles to hips of the right and left leg, wrists to shoulders, neck, top of the head.
        const double places[kNumLspJoints][2] = {{90, 280}, {90, 220}, {90, 160}, {110, 160}, {110, 220}, {110, 280}, {70, 150},
                                                 {72, 120}, {80, 80},  {120, 80}, {128, 120}, {130, 150}, {100, 70}, {100, 30}};
        for (std::size_t joint = 0; joint < kNumLspJoints; ++joint) {
            entry.keypoints[3 * joint] = static_cast<float>(places[joint][0]), entry.keypoints[3 * joint + 1] = static_cast<float>(places[joint][1]);
            entry.keypoints[3 * joint + 2] = 1;
        }
        entry.box = {60, 25, 80, 260};
        entry.parameters = anyParameters(1);
        pictures->entries = {entry};
        PackedSourceOptions options;
        options.augmentation = {.scaleJitter = 0, .translationJitter = 0, .rotationDegrees = 0, .flip = false, .color = 0, .occlusion = 0, .closeUp = 1};
        PackedSource source(pictures, options);
        std::set<int> brightest;
        for (std::uint64_t i = 0; i < 20; ++i) {
            TrainingSample sample;
            source.draw(i, sample);
            const auto isSeen = [&](std::size_t joint) { return sample.keypoints[3 * joint + 2] > 0; };
            QVERIFY(isSeen(12) && isSeen(13) && !isSeen(0) && !isSeen(5) && !isSeen(1));
            QVERIFY(sample.hasParameters);
            const double height = sample.keypoints[3 * 12 + 1] - sample.keypoints[3 * 13 + 1];
            QVERIFY2(height > 0.35, qPrintable(QString::number(height)));  // 0.21 where the whole body is shown
            // Rows below the picture's end repeat its last one.
            const int last = sample.pixels.back(), end = static_cast<int>(std::lround(last * 299 / 255.0));
            QVERIFY2(end > 70 + 25 && end < 70 + 115, qPrintable(QString::number(end)));
            for (std::size_t joint = 0; joint < kNumLspJoints; ++joint)
                if (std::abs(places[joint][1] - end) > 2) QCOMPARE(isSeen(joint), places[joint][1] < end);  // 256 shades for 300 rows
            brightest.insert(last);
        }
        QVERIFY(brightest.size() > 10);
        // Nobody upside down: the whole body.
        for (std::size_t joint = 0; joint < kNumLspJoints; ++joint) pictures->entries[0].keypoints[3 * joint + 1] = static_cast<float>(310 - places[joint][1]);
        TrainingSample sample;
        PackedSource(pictures, options).draw(0, sample);
        QVERIFY(sample.keypoints[2] > 0);
    }

    void joints3dTurnWithTheCrop() {
        auto people = readLspTable(root() / "train.csv");
        // Joints in space whose places in the picture are those annotated, seen from afar.
        for (AnnotatedPerson& person : people) {
            person.joints3d = Points3d::Constant(kNumCocoPlusJoints, 3, NAN);
            for (int joint = 0; joint < kNumLspJoints; ++joint)
                person.joints3d.row(joint) << 0.01 * person.keypoints[3 * joint], 0.01 * person.keypoints[3 * joint + 1], 0.1 * joint;
        }
        people.back().joints3d.resize(0, 3);
        packPictures(root() / "packed3d.npz", people);
        PackedSourceOptions options;
        options.size = 32;
        options.personShare = 0.4;
        PackedSource source(loadPackedPictures(root() / "packed3d.npz", DataSplit::Training), options);
        int numMirrored = 0;
        for (std::uint64_t i = 0; i < 12; ++i) {
            TrainingSample sample;
            source.draw(i, sample);
            if (!sample.hasJoints3d) continue;
            const auto place = [&](int joint, int axis) { return sample.joints3d[3 * joint + axis]; };
            const auto seen = [&](int joint, int axis) { return sample.keypoints[3 * joint + axis]; };
            const double scale = std::hypot(seen(13, 0) - seen(1, 0), seen(13, 1) - seen(1, 1)) / std::hypot(place(13, 0) - place(1, 0), place(13, 1) - place(1, 1));
            for (const int joint : {2, 4, 8, 12})
                for (int axis = 0; axis < 2; ++axis)
                    QVERIFY(std::abs(scale * (place(joint, axis) - place(1, axis)) - (seen(joint, axis) - seen(1, axis))) < 1e-3);
            numMirrored += place(1, 2) > 0.3;  // the left knee's depth where the right one's was
        }
        QVERIFY(numMirrored > 0 && numMirrored < 12);
    }

    void packedParametersAreThoseOfTheBody() {
        const auto body = test::SmallBody::model();
        auto people = readLspTable(root() / "train.csv");
        for (std::size_t i = 0; i < people.size(); ++i) {
            people[i].parameters = anyParameters(i);
            people[i].parametersBody = i % 3 == 0 ? "another body" : body->data().modelId;
            people[i].joints3d = jointsOf(*body, *people[i].parameters);
        }
        people.back().parameters.reset();
        packPictures(root() / "packed-bodies.npz", people);
        for (const DataSplit split : {DataSplit::Training, DataSplit::Validation}) {
            const auto pictures = loadPackedPictures(root() / "packed-bodies.npz", split, kPackedPersonSide, body.get());
            for (const auto& entry : pictures->entries) {
                const auto person = std::ranges::find(people, entry.name, &AnnotatedPerson::id);
                QCOMPARE(entry.parameters.has_value(), person->parameters && person->parametersBody == body->data().modelId);
                if (!entry.parameters) continue;
                QVERIFY((entry.parameters->pose - person->parameters->pose).norm() < 1e-5);
                QVERIFY((entry.parameters->betas - person->parameters->betas).norm() < 1e-5);
            }
        }
        const auto older = loadPackedPictures(root() / "packed.npz", DataSplit::Training, kPackedPersonSide, body.get());
        for (const auto& entry : older->entries) QVERIFY(!entry.parameters);  // a file without these arrays
    }

    // Posed again, the body that a sample is labelled with has the joints that the sample is labelled with.
    void parametersTurnWithTheCrop() {
        const auto body = test::SmallBody::model();
        PackedSourceOptions options;
        options.size = 32;
        options.augmentation.color = options.augmentation.occlusion = 0;
        PackedSource source(loadPackedPictures(root() / "packed-bodies.npz", DataSplit::Training, kPackedPersonSide, body.get()), options);
        int numLabelled = 0, numMirrored = 0;
        for (std::uint64_t i = 0; i < 40; ++i) {
            TrainingSample sample;
            source.draw(i, sample);
            if (!sample.hasParameters) continue;
            const Points3d joints = jointsOf(*body, parametersOf(sample));
            for (int joint = 1; joint < kNumCocoPlusJoints; ++joint)
                for (int axis = 0; axis < 3; ++axis)
                    QVERIFY(std::abs(joints(joint, axis) - joints(0, axis) - (sample.joints3d[3 * joint + axis] - sample.joints3d[axis])) < 1e-4);
            const int middleRow = 3 * 16 * 32;
            numMirrored += sample.pixels[middleRow + 3 * 4] > sample.pixels[middleRow + 3 * 27];  // red grows to the picture's right
            ++numLabelled;
        }
        QVERIFY(numLabelled > 10 && numMirrored > 0 && numMirrored < numLabelled);
    }

    void levelsOfDetailShareTheirParameters() {
        BodyModelData data = test::SmallBody::data();
        data.modelId = "openbody-1.0";
        const BodyModel body(data);
        QVERIFY(isOfBody("", body) && isOfBody("openbody-1.0", body) && isOfBody("openbody-lod-1.0", body));
        QVERIFY(!isOfBody("openbody-lod-2.0", body) && !isOfBody("smpl", body) && !isOfBody("smpl-female", body));
    }

    void damagedPackedFilesAreRefused() {
        const fs::path file = root() / "packed.npz";
        NpzArrays arrays = readNpz(file);
        NpzArrays fewer = arrays;
        fewer.erase("jpeg");
        writeNpz(root() / "no-jpeg.npz", fewer);
        QVERIFY(errorText([&] { loadPackedPictures(root() / "no-jpeg.npz", DataSplit::Training); }).contains("\"jpeg\""));
        NpzArrays shifted = arrays;
        auto offsets = shifted["offsets"].as<std::int64_t>();
        offsets[3] = offsets.back() + 10;
        shifted["offsets"] = NdArray::from(offsets, {offsets.size()});
        writeNpz(root() / "offsets.npz", shifted);
        QVERIFY(errorText([&] { loadPackedPictures(root() / "offsets.npz", DataSplit::Training); }).contains("offsets"));
        auto keypoints = arrays["keypoints"].as<float>();
        keypoints[4] = NAN;
        arrays["keypoints"] = NdArray::from(keypoints, {keypoints.size() / 57, 19, 3});
        writeNpz(root() / "nan.npz", arrays);
        QVERIFY(errorText([&] { loadPackedPictures(root() / "nan.npz", DataSplit::Training); }).contains("not finite"));
        NpzArrays bodies = readNpz(root() / "packed-bodies.npz");
        bodies["betas"] = NdArray::from(std::vector<float>(10), {1, 10});
        writeNpz(root() / "betas.npz", bodies);
        QVERIFY(errorText([&] { loadPackedPictures(root() / "betas.npz", DataSplit::Training); }).contains("disagree"));
        bodies.erase("bodies");
        writeNpz(root() / "bodies.npz", bodies);
        QVERIFY(errorText([&] { loadPackedPictures(root() / "bodies.npz", DataSplit::Training); }).contains("\"bodies\""));
    }
};

HMR_TEST_CLASS(TestAnnotatedPictures, "test_annotated_pictures")
#include "test_annotated_pictures.moc"
