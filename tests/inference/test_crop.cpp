// SPDX-License-Identifier: MIT
#include <opencv2/imgproc.hpp>

#include "body/error.h"
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
