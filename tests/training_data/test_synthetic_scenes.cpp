// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <fstream>
#include <numeric>
#include <thread>

#include "body/rotation.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/picture_file.h"
#include "training/scenes/synthetic_scene.h"

namespace hmr::test {
namespace {

const SyntheticAssets& assets() {
    static const SyntheticAssets shipped = loadSyntheticAssets();
    return shipped;
}

SyntheticSettings settingsOf(int size, std::uint64_t seed = 11) {
    SyntheticSettings settings;
    settings.size = size;
    settings.seed = seed;
    return settings;
}

/// Nothing but one whole, undisturbed person.
SyntheticSettings plain(int size) {
    SyntheticSettings settings = settingsOf(size);
    settings.wantsParts = true;
    settings.closeUpShare = settings.farShare = settings.othersShare = settings.occluderShare = settings.cutShare = 0;
    settings.degradationStrength = 0;
    return settings;
}

bool isEqual(const TrainingSample& a, const TrainingSample& b) {
    return a.pixels == b.pixels && a.keypoints == b.keypoints && a.joints3d == b.joints3d && a.rotations == b.rotations &&
           a.betas == b.betas && a.parts == b.parts;
}

}  // namespace

/// Synthetic pictures: repeatable, and labelled truthfully.
class TestSyntheticScenes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void dependOnSeedAndIndexAlone() {
        SyntheticScenes first(assets(), settingsOf(64)), second(assets(), settingsOf(64)), other(assets(), settingsOf(64, 12));
        TrainingSample a, b, c;
        for (const std::uint64_t index : {3u, 90u, 7u}) {
            first.draw(index, a);
            second.draw(index + 1, b);  // another history
            second.draw(index, b);
            QVERIFY(isEqual(a, b));
            other.draw(index, c);
            QVERIFY(!isEqual(a, c));
        }
    }

    void areTheSameOnEveryThread() {
        std::vector<TrainingSample> here(6), there(6);
        SyntheticScenes scenes(assets(), settingsOf(64));
        for (std::size_t i = 0; i < here.size(); ++i) scenes.draw(i, here[i]);
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < 2; ++t)
            threads.emplace_back([&, t] {
                SyntheticScenes own(assets(), settingsOf(64));
                for (std::size_t i = t; i < there.size(); i += 2) own.draw(i, there[i]);
            });
        for (std::thread& thread : threads) thread.join();
        for (std::size_t i = 0; i < here.size(); ++i) QVERIFY(isEqual(here[i], there[i]));
    }

    void jointsProjectOntoKeypoints() {
        SyntheticScenes scenes(assets(), settingsOf(96));
        for (std::uint64_t index = 0; index < 12; ++index) {
            const SyntheticPicture drawn = scenes.drawCrop(index);
            TrainingSample sample;
            scenes.draw(index, sample);
            for (std::size_t j = 0; j < kNumCocoPlusJoints; ++j) {
                const Eigen::Vector3d joint(sample.joints3d[3 * j], sample.joints3d[3 * j + 1], sample.joints3d[3 * j + 2]);
                const Eigen::Vector2d pixel = drawn.camera.focalLength * joint.head<2>() / joint.z() + drawn.camera.principalPoint;
                QVERIFY(joint.z() > 0);
                QVERIFY(std::abs((sample.keypoints[3 * j] + 1) * 48 - pixel.x()) < 0.02);
                QVERIFY(std::abs((sample.keypoints[3 * j + 1] + 1) * 48 - pixel.y()) < 0.02);
            }
        }
    }

    void clothesCanBeOfPhotographs() {
        auto purple = std::make_shared<BackgroundSet>();
        purple->side = 16;
        for (int i = 0; i < 200; ++i) {  // enough for both splits
            purple->names.push_back("purple " + std::to_string(i));
            for (int pixel = 0; pixel < 16 * 16; ++pixel) purple->pixels.insert(purple->pixels.end(), {200, 0, 200});
        }
        SyntheticAssets withPhotographs = assets();
        withPhotographs.backgrounds = purple;
        SyntheticSettings settings = plain(64);
        settings.photographShare = 0;
        const auto purpleShare = [&](double printShare) {
            settings.printShare = printShare;
            SyntheticScenes scenes(withPhotographs, settings);
            double purplePixels = 0, bodyPixels = 0;
            for (std::uint64_t index = 0; index < 8; ++index) {
                const SyntheticPicture drawn = scenes.drawCrop(index);
                for (std::size_t i = 0; i < drawn.parts.size(); ++i) {
                    if (drawn.parts[i] == 0) continue;
                    const std::uint8_t* pixel = &drawn.picture.pixels[3 * i];
                    ++bodyPixels;
                    purplePixels += pixel[0] > 2 * pixel[1] && pixel[2] > 2 * pixel[1];
                }
            }
            return purplePixels / bodyPixels;
        };
        const double never = purpleShare(0), always = purpleShare(1);
        QVERIFY2(never < 0.15 && always > 0.4, qPrintable(QString("%1 and %2").arg(never).arg(always)));
    }

    void aPrintIsMirroredAtItsBorders() {
        std::vector<std::uint8_t> pixels;  // 8 columns from black to white
        for (int i = 0; i < 64; ++i) pixels.insert(pixels.end(), 3, static_cast<std::uint8_t>(32 * (i % 8)));
        Fabric fabric;
        fabric.weave = Weave::Photograph;
        fabric.print = pixels.data();
        fabric.printSide = 8;
        fabric.period = 1;
        fabric.direction.setZero();
        fabric.grain = fabric.wrinkle = 0;
        const auto brightnessAt = [&](float x) { return fabricAt(fabric, {x, 0.3f, 0}).color.x(); };
        QVERIFY(brightnessAt(0.05f) < 0.2f && brightnessAt(0.7f) > 0.7f);
        QVERIFY(std::abs(brightnessAt(0.3f) - brightnessAt(2.3f)) < 1e-3f && std::abs(brightnessAt(0.3f) - brightnessAt(-1.7f)) < 1e-3f);
        QVERIFY(brightnessAt(1.9f) < 0.3f && std::abs(brightnessAt(1.05f) - brightnessAt(0.95f)) < 0.3f);  // back, not a jump
    }

    void labelsAgreeWithTheBody() {
        // Posing the body anew with the labelled rotations and betas gives the labelled joints up to the translation.
        SyntheticScenes scenes(assets(), settingsOf(64));
        TrainingSample sample;
        for (std::uint64_t index = 20; index < 26; ++index) {
            scenes.draw(index, sample);
            BodyParameters parameters;
            for (int j = 0; j < kNumSmplJoints; ++j) {
                Eigen::Matrix3d rotation;
                for (int i = 0; i < 9; ++i) rotation(i / 3, i % 3) = sample.rotations[static_cast<std::size_t>(9 * j + i)];
                parameters.pose.row(j) = axisAngleFromRotation(nearestRotation(rotation)).transpose();
            }
            for (int i = 0; i < kNumBetas; ++i) parameters.betas[i] = sample.betas[static_cast<std::size_t>(i)];
            const PosedBody posed = poseBody(*assets().body->model, parameters);
            const Points3d joints = cocoPlusJoints(*assets().body->model, posed.vertices);
            const Eigen::RowVector3d shift(sample.joints3d[0] - joints(0, 0), sample.joints3d[1] - joints(0, 1), sample.joints3d[2] - joints(0, 2));
            for (int j = 0; j < kNumCocoPlusJoints; ++j)
                for (int axis = 0; axis < 3; ++axis)
                    QVERIFY(std::abs(joints(j, axis) + shift[axis] - sample.joints3d[static_cast<std::size_t>(3 * j + axis)]) < 2e-4);
        }
    }

    void uprightPeopleFaceTheCameraAsTheNetworkExpects() {
        // The root is near π about x for people who stand and face the viewer: the head is above the ankles in the picture.
        SyntheticScenes scenes(assets(), settingsOf(64));
        TrainingSample sample;
        int upright = 0;
        for (std::uint64_t index = 0; index < 60; ++index) {
            scenes.draw(index, sample);
            upright += sample.keypoints[3 * 13 + 1] < sample.keypoints[1];
        }
        QVERIFY(upright > 48);
    }

    void visibilityMeansInsideThePicture() {
        SyntheticSettings settings = settingsOf(64);
        settings.closeUpShare = 0.5;
        settings.cutShare = 0.5;
        SyntheticScenes scenes(assets(), settings);
        int hidden = 0;
        for (std::uint64_t index = 0; index < 40; ++index) {
            const SyntheticPicture drawn = scenes.drawCrop(index);
            TrainingSample sample;
            scenes.draw(index, sample);
            for (std::size_t j = 0; j < kNumCocoPlusJoints; ++j) {
                const Eigen::Vector2d pixel = drawn.people[0].keypoints.row(static_cast<Eigen::Index>(j));
                const PixelBox& seen = drawn.visible;
                const bool isInside = pixel.x() >= seen.x && pixel.x() <= seen.x + seen.width && pixel.y() >= seen.y && pixel.y() <= seen.y + seen.height;
                QCOMPARE(sample.keypoints[3 * j + 2], isInside ? 1.0f : 0.0f);
                hidden += !isInside;
            }
        }
        QVERIFY(hidden > 100);
    }

    void partsLieWhereTheJointsAre() {
        SyntheticScenes scenes(assets(), plain(128));
        // Knees on legs, elbows on arms, nose on the head: part of each joint's pixel, unless another limb is before it.
        const std::pair<int, int> expected[] = {{14, kHead}, {1, kRightLeg}, {4, kLeftLeg}, {7, kRightArm}, {10, kLeftArm}};
        int right = 0, total = 0, strange = 0;
        for (std::uint64_t index = 0; index < 40; ++index) {
            const SyntheticPicture drawn = scenes.drawCrop(index);
            QCOMPARE(drawn.parts.size(), std::size_t{128 * 128});
            for (const auto& [joint, part] : expected) {
                const int x = static_cast<int>(drawn.people[0].keypoints(joint, 0)), y = static_cast<int>(drawn.people[0].keypoints(joint, 1));
                if (x < 0 || y < 0 || x > 127 || y > 127) continue;
                const int found = drawn.parts[static_cast<std::size_t>(128 * y + x)];
                ++total;
                right += found == part;
                strange += found == kNoPart;
            }
        }
        QVERIFY2(right > 0.7 * total, qPrintable(QString("%1 of %2").arg(right).arg(total)));
        QVERIFY2(strange < 0.05 * total, qPrintable(QString("%1 of %2").arg(strange).arg(total)));
    }

    void partsFillTheSilhouette() {
        // The labelled area has the extent of the person's box, a little more for clothes.
        SyntheticScenes scenes(assets(), plain(128));
        for (std::uint64_t index = 0; index < 12; ++index) {
            const SyntheticPicture drawn = scenes.drawCrop(index);
            int low = 128, high = -1, area = 0;
            for (int y = 0; y < 128; ++y)
                for (int x = 0; x < 128; ++x)
                    if (drawn.parts[static_cast<std::size_t>(128 * y + x)]) low = std::min(low, y), high = std::max(high, y), ++area;
            const PixelBox& box = drawn.people[0].box;
            QVERIFY(std::abs(low - std::max(0.0, box.y)) < 6);
            QVERIFY(std::abs(high + 1 - std::min(128.0, box.y + box.height)) < 6);
            QVERIFY(area > 0.1 * box.width * box.height);
        }
    }

    void halvesAndBadSettingsAreRefused() {
        SyntheticSettings settings = settingsOf(8);
        QVERIFY(errorText([&] { SyntheticScenes(assets(), settings); }).contains("16 to 2048"));
        auto prior = std::make_shared<PosePrior>(*assets().prior);
        prior->clips.assign(prior->clips.size(), 0);
        SyntheticAssets one = assets();
        one.prior = prior;
        settings = settingsOf(64);
        settings.split = splitOf(prior->clipNames[0]) == DataSplit::Training ? DataSplit::Validation : DataSplit::Training;
        QVERIFY(errorText([&] { SyntheticScenes(one, settings); }).contains("no clip"));
    }

    void wholePicturesHoldTheirPeople() {
        SyntheticScenes scenes(assets(), settingsOf(64));
        const SyntheticPicture drawn = scenes.drawFullPicture(2, 320, 240, 2);
        QCOMPARE(drawn.people.size(), std::size_t{2});
        QCOMPARE(drawn.picture.width, 320);
        for (const SyntheticPerson& person : drawn.people) {
            QVERIFY(person.box.height > 60 && person.box.height < 260);
            const Eigen::Vector2d middle = person.box.center();
            QVERIFY(middle.x() > 0 && middle.x() < 320 && middle.y() > 0 && middle.y() < 240);
        }
    }

    void photographsArePackedAndSplit() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        for (int i = 0; i < 24; ++i) {
            Picture picture(60, 40, 3);
            std::fill(picture.pixels.begin(), picture.pixels.end(), static_cast<std::uint8_t>(10 * i));
            writePicture(root / ("photo" + std::to_string(i) + ".png"), picture);
        }
        std::ofstream(root / "broken.jpg") << "no picture";
        std::vector<std::string> problems;
        const BackgroundSet set = packBackgrounds(root, 32, problems);
        QCOMPARE(problems.size(), std::size_t{1});
        QVERIFY(problems[0].find("broken.jpg") != std::string::npos);
        QCOMPARE(set.size(), 48);  // both ends of each
        saveBackgrounds(root / "packed.npz", set);
        const auto read = loadBackgrounds(root / "packed.npz");
        QCOMPARE(read->pixels, set.pixels);
        QCOMPARE(read->ofSplit(DataSplit::Training).size() + read->ofSplit(DataSplit::Validation).size(), std::size_t{48});
        SyntheticAssets withPhotographs = assets();
        withPhotographs.backgrounds = read;
        TrainingSample sample;
        SyntheticScenes(withPhotographs, settingsOf(64)).draw(0, sample);
        QCOMPARE(sample.pixels.size(), std::size_t{64 * 64 * 3});
        QVERIFY(errorText([&] { loadBackgrounds(HMR_RESOURCE_DIR "/prior/poses.npz"); }).contains("pack-backgrounds"));
    }

    void resizingKeepsTheMean() {
        Picture picture(37, 23, 3);
        Random random(2);
        for (auto& value : picture.pixels) value = static_cast<std::uint8_t>(random.integer(256));
        const auto meanOf = [](const Picture& p) { return std::accumulate(p.pixels.begin(), p.pixels.end(), 0.0) / static_cast<double>(p.pixels.size()); };
        QVERIFY(std::abs(meanOf(resized(picture, 9, 7)) - meanOf(picture)) < 4);
        QCOMPARE(resized(picture, 37, 23).pixels, picture.pixels);
    }
};

HMR_TEST_CLASS(TestSyntheticScenes, "test_synthetic_scenes")

}  // namespace hmr::test

#include "test_synthetic_scenes.moc"
