// SPDX-License-Identifier: MIT
#include "renderer/gl_objects.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"
#include "scenes.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr int kSide = 64;

/// The picture of unitCamera() filled by a mesh of so many squares a side.
SceneMesh squares(int count) {
    Points3f positions((count + 1) * (count + 1), 3);
    Triangles triangles(2 * count * count, 3);
    for (int y = 0, vertex = 0, triangle = 0; y <= count; ++y)
        for (int x = 0; x <= count; ++x, ++vertex) {
            positions.row(vertex) << 2.f * x / count - 1, 2.f * y / count - 1, 1;
            if (x == count || y == count) continue;
            const std::uint32_t corner = vertex, below = corner + count + 1;
            triangles.row(triangle++) << corner, below, below + 1;
            triangles.row(triangle++) << corner, below + 1, corner + 1;
        }
    SceneMesh mesh;
    mesh.positions = std::make_shared<const Points3f>(positions);
    mesh.triangles = std::make_shared<const Triangles>(triangles);
    mesh.color = Eigen::Vector3f::Ones();
    mesh.style = SurfaceStyle::Flat;
    mesh.wireframe = true;
    return mesh;
}

double meanRed(const Picture& picture) {
    double sum = 0;
    for (std::size_t i = 0; i < picture.pixels.size(); i += 4) sum += picture.pixels[i];
    return sum / (picture.width * picture.height);
}

}  // namespace

/// What drawing does for windows that must answer and for pictures that are small.
class TestWarmUp : public QObject {
    Q_OBJECT
    WindowlessContext context_;

private Q_SLOTS:
    void itsStepsShowNothingAndChangeNoPicture() {
        const Person person = smallPerson();
        Scene scene = emptyScene(kSide, kSide);
        scene.background = plainPicture(kSide, kSide, 10, 200, 30);
        scene.figures = {sceneFigureOf(person)};
        SceneRenderer cold, warm;
        const RenderTarget target(kSide, kSide, 0, GL_RGBA8);
        int numSteps = 0;
        for (;; ++numSteps) {
            glBindFramebuffer(GL_FRAMEBUFFER, target.framebuffer());
            if (!warm.warmUp({1, 0, 1, 1})) break;
            glBindFramebuffer(GL_FRAMEBUFFER, target.framebuffer());
            std::vector<std::uint8_t> pixels(4 * kSide * kSide);
            glReadPixels(0, 0, kSide, kSide, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
            for (std::size_t i = 0; i < pixels.size(); i += 4)
                QVERIFY2(pixels[i] == 255 && pixels[i + 1] == 0 && pixels[i + 2] == 255, qPrintable(QString("step %1").arg(numSteps)));
        }
        QVERIFY2(numSteps > 10 && numSteps < 50, qPrintable(QString::number(numSteps)));
        QVERIFY(!warm.warmUp({1, 0, 1, 1}));
        QCOMPARE(warm.drawPicture(scene).pixels, cold.drawPicture(scene).pixels);
        QCOMPARE(glGetError(), GLenum(GL_NO_ERROR));
    }

    void aShrunkPictureIsEven_data() {
        QTest::addColumn<double>("ratio");
        for (const double ratio : {0.4, 0.25, 0.11}) QTest::newRow(qPrintable(QString::number(ratio))) << ratio;
    }
    void aShrunkPictureIsEven() {
        QFETCH(double, ratio);
        constexpr int kLarge = 300;
        auto board = std::make_shared<Picture>(kLarge, kLarge, 3);
        for (int y = 0; y < kLarge; ++y)
            for (int x = 0; x < kLarge; ++x)
                for (int c = 0; c < 3; ++c) board->at(x, y)[c] = (x + y) % 2 ? 255 : 0;
        Scene scene = emptyScene(kLarge, kLarge);
        scene.background = board;
        SceneRenderer renderer;
        for (const double first : {1.0, ratio}) renderer.drawPicture(scene, first);
        const Picture small = renderer.drawPicture(scene, ratio);
        for (std::size_t i = 0; i < small.pixels.size(); i += 4) QVERIFY2(std::abs(small.pixels[i] - 128) < 12, qPrintable(QString::number(small.pixels[i])));
    }

    /// Of a face far away the edges crowd: they must not hide it, and those of the trunk beside it stay to be seen.
    void edgesThatCrowdDoNotHideTheSurface_data() {
        QTest::addColumn<int>("squaresOfSide");
        QTest::addColumn<double>("darkest");
        QTest::addColumn<double>("brightest");
        QTest::newRow("16 pixels") << 4 << 200. << 250.;
        QTest::newRow("4 pixels") << 16 << 150. << 240.;
        QTest::newRow("one pixel") << 64 << 130. << 240.;
        QTest::newRow("a quarter of a pixel") << 256 << 130. << 250.;
    }
    void edgesThatCrowdDoNotHideTheSurface() {
        QFETCH(int, squaresOfSide);
        QFETCH(double, darkest);
        QFETCH(double, brightest);
        SceneRenderer renderer;
        const double brightness = meanRed(renderer.drawPicture(sceneOf(kSide, {squares(squaresOfSide)})));
        QVERIFY2(brightness > darkest && brightness < brightest, qPrintable(QString::number(brightness)));
    }

private:
    static SceneFigure sceneFigureOf(const Person& person) {
        return sceneFigure(person.model, person.posed, frameCamera(person.camera, CropWindow{{kSide / 2, kSide / 2}, kSide}), {.opacity = 0.8f});
    }
};

HMR_TEST_CLASS(TestWarmUp, "test_warm_up")
#include "test_warm_up.moc"
