// SPDX-License-Identifier: MIT
#include <opencv2/imgproc.hpp>

#include "body/error.h"
#include "formats/npz.h"
#include "inference/crop.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

NetworkRecipe recipeOf(int size, bool padWithEdge = true) {
    NetworkRecipe recipe;
    recipe.inputSize = size;
    recipe.padWithEdge = padWithEdge;
    return recipe;
}

/// A picture whose blue grows by one a column and green by one a row.
cv::Mat ramp(int width, int height) {
    cv::Mat picture(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) picture.at<cv::Vec3b>(y, x) = cv::Vec3b(x, y, 77);
    }
    return picture;
}

/// The picture of data/network/make_crops.py.
cv::Mat wavesAndAnEdge() {
    cv::Mat picture(360, 480, CV_8UC3);
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x)
            for (int c = 0; c < 3; ++c) {
                double value = 128;
                for (int k = 1; k < 25; ++k) {
                    const double frequency = 0.00075 * k * k, angle = 2.4 * k + c;
                    value += 26.0 / k * std::cos(2 * CV_PI * frequency * (x * std::cos(angle) + y * std::sin(angle)) + 1.7 * k);
                }
                if ((x - 250) * (x - 250) / 3600.0 + (y - 180) * (y - 180) / 14400.0 < 1) value = value * 0.5 + 90 - 30 * c;
                picture.at<cv::Vec3b>(y, x)[2 - c] = static_cast<uchar>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
            }
    return picture;
}

}  // namespace

class TestCrop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void windowFollowsTheRecipe() {
        NetworkRecipe recipe;
        recipe.personShare = 0.5;
        const CropWindow window = cropWindow({10, 20, 40, 100}, recipe);
        QCOMPARE(window.center, Eigen::Vector2d(30, 70));
        QCOMPARE(window.side, 200.0);
    }

    void windowGrowsWithTheBoxesAspect_data() {
        QTest::addColumn<double>("width");
        QTest::addColumn<double>("height");
        QTest::addColumn<double>("side");
        // expand_to_aspect_ratio of 4D-Humans to 192 x 256, then the larger side.
        QTest::newRow("tall") << 40.0 << 100.0 << 100.0;
        QTest::newRow("of the aspect") << 75.0 << 100.0 << 100.0;
        QTest::newRow("square") << 90.0 << 90.0 << 120.0;
        QTest::newRow("wide") << 300.0 << 100.0 << 400.0;
    }
    void windowGrowsWithTheBoxesAspect() {
        QFETCH(double, width);
        QFETCH(double, height);
        QFETCH(double, side);
        NetworkRecipe recipe;
        recipe.personShare = 1;
        recipe.boxAspect = 0.75;
        const CropWindow window = cropWindow({10, 20, width, height}, recipe);
        QCOMPARE(window.center, Eigen::Vector2d(10 + width / 2, 20 + height / 2));
        QCOMPARE(window.side, side);
        recipe.boxAspect = 1;
        QCOMPARE(cropWindow({10, 20, width, height}, recipe).side, std::max(width, height));
    }

    void windowOfTheSameSizeCopiesPixels() {
        const cv::Mat crop = cropPicture(ramp(100, 100), {{50, 40}, 20}, recipeOf(20));
        QCOMPARE(crop.size(), cv::Size(20, 20));
        const auto rgb = crop.at<cv::Vec3b>(0, 0);
        QCOMPARE(int(rgb[0]), 77);  // RGB order
        QCOMPARE(int(rgb[1]), 30);
        QCOMPARE(int(rgb[2]), 40);
        QCOMPARE(int(crop.at<cv::Vec3b>(19, 19)[2]), 59);
    }

    // A linear ramp stays the same ramp at any scale: pixel (i + 0.5) of the crop shows corner + (i + 0.5)·side/size.
    void rampIsSampledAtPixelCentres_data() {
        QTest::addColumn<double>("side");
        QTest::newRow("enlarged") << 16.0;
        QTest::newRow("slightly shrunk") << 45.5;
        QTest::newRow("shrunk three times") << 97.3;
        QTest::newRow("shrunk six times") << 200.0;
    }
    void rampIsSampledAtPixelCentres() {
        QFETCH(double, side);
        const int size = 32;
        const Eigen::Vector2d center(125.3, 120.8);
        const cv::Mat crop = cropPicture(ramp(250, 250), {center, side}, recipeOf(size));
        for (int y = 4; y < size - 4; ++y) {
            for (int x = 4; x < size - 4; ++x) {
                const double expectedX = center.x() - side / 2 + (x + 0.5) * side / size - 0.5;
                const double expectedY = center.y() - side / 2 + (y + 0.5) * side / size - 0.5;
                QVERIFY(std::abs(crop.at<cv::Vec3b>(y, x)[2] - expectedX) <= 1.0);
                QVERIFY(std::abs(crop.at<cv::Vec3b>(y, x)[1] - expectedY) <= 1.0);
            }
        }
    }

    void bordersRepeatOrStayBlack() {
        const cv::Mat white(50, 50, CV_8UC3, cv::Scalar(255, 255, 255));
        const CropWindow window{{0, 0}, 40};
        QCOMPARE(int(cropPicture(white, window, recipeOf(40)).at<cv::Vec3b>(0, 0)[0]), 255);
        const cv::Mat black = cropPicture(white, window, recipeOf(40, false));
        QCOMPARE(int(black.at<cv::Vec3b>(0, 0)[0]), 0);
        QCOMPARE(int(black.at<cv::Vec3b>(39, 39)[0]), 255);
    }

    void shrinkingAverages() {
        cv::Mat checker(400, 400, CV_8UC3);
        for (int y = 0; y < 400; ++y) {
            for (int x = 0; x < 400; ++x) checker.at<cv::Vec3b>(y, x) = cv::Vec3b::all((x + y) % 2 ? 255 : 0);
        }
        const cv::Mat crop = cropPicture(checker, {{200, 200}, 320}, recipeOf(40));
        for (int i = 2; i < 38; ++i) QVERIFY(std::abs(crop.at<cv::Vec3b>(20, i)[0] - 127) <= 2);
    }

    void cropsAgreeWithTheAuthorsRules_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<int>("size");
        QTest::newRow("hmr") << "hmr" << 224;
        QTest::newRow("spin") << "spin" << 224;
        QTest::newRow("spin_stretched") << "spin" << 224;
        QTest::newRow("hmr2") << "hmr2" << 256;
    }
    void cropsAgreeWithTheAuthorsRules() {
        QFETCH(QString, rule);
        QFETCH(int, size);
        NetworkRecipe recipe = recipeOf(size, rule == "hmr");
        recipe.cropRule = rule.toStdString();
        recipe.stretchContrast = QTest::currentDataTag() == std::string("spin_stretched");
        recipe.personShare = 1;
        recipe.relativeFocalLength = 19;
        const NpzArrays expected = readNpz(HMR_TEST_DATA "/network/crops.npz");
        const std::vector<double> boxes = expected.at("boxes").as<double>();
        const cv::Mat picture = wavesAndAnEdge();
        for (std::size_t box = 0; box < boxes.size() / 3; ++box) {
            const double x = boxes[3 * box], y = boxes[3 * box + 1], side = boxes[3 * box + 2];
            const CropWindow window = cropWindow({x - side / 2, y - side / 2, side, side}, recipe, picture.size());
            QVERIFY((window.center - Eigen::Vector2d(x, y)).cwiseAbs().maxCoeff() <= std::max(1.0, side / size));
            QCOMPARE(window.relativeFocalLength, 19.0);
            const cv::Mat crop = cropPicture(picture, window, recipe);
            const std::vector<double> values = expected.at(QTest::currentDataTag() + ("_" + std::to_string(box))).as<double>();
            double sum = 0;
            std::size_t i = 0;
            for (int row = 0; row < size; row += 8)
                for (int column = 0; column < size; column += 8)
                    for (int c = 0; c < 3; ++c) sum += std::abs(crop.at<cv::Vec3b>(row, column)[c] - values[i++]);
            const double meanError = sum / static_cast<double>(values.size());
            QVERIFY2(meanError < 1, qPrintable(QString("box %1: %2 of 255").arg(box).arg(meanError)));
        }
    }
    void unknownRulesAreRefused() {
        NetworkRecipe recipe = recipeOf(20);
        recipe.cropRule = "nearest";
        QVERIFY_EXCEPTION_THROWN(cropPicture(ramp(100, 100), {{50, 50}, 30}, recipe), Error);
    }

    void windowsThatShowNothingAreRefused_data() {
        QTest::addColumn<double>("x");
        QTest::addColumn<double>("side");
        QTest::newRow("beside") << 400.0 << 50.0;
        QTest::newRow("no size") << 50.0 << 0.0;
        QTest::newRow("not a number") << std::nan("") << 50.0;
    }
    void windowsThatShowNothingAreRefused() {
        QFETCH(double, x);
        QFETCH(double, side);
        QVERIFY_EXCEPTION_THROWN(cropPicture(ramp(100, 100), {{x, 50}, side}, recipeOf(20)), Error);
    }
};

HMR_TEST_CLASS(TestCrop, "test_crop")
#include "test_crop.moc"
