// SPDX-License-Identifier: MIT
#include <random>

#include "renderer/gl_objects.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"
#include "scenes.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

/// What is drawn lies where body/camera.h says it lies.
class TestOverlay : public QObject {
    Q_OBJECT
    WindowlessContext context_;
    SceneRenderer renderer_;

    static Points2d projected(const PinholeCamera& camera, const Eigen::Vector3f& point) {
        return project(camera, Points3d(point.transpose().cast<double>()));
    }

private Q_SLOTS:
    void surfacesLandOnTheirProjection_data() {
        QTest::addColumn<double>("pixelRatio");
        QTest::addColumn<double>("side");
        QTest::newRow("picture's own size") << 1.0 << 300.0;
        QTest::newRow("twice the size") << 2.0 << 300.0;
        QTest::newRow("crop far larger than the picture") << 1.0 << 900.0;
    }
    void surfacesLandOnTheirProjection() {
        QFETCH(double, pixelRatio);
        QFETCH(double, side);
        std::mt19937 random(3);
        std::uniform_real_distribution<double> uniform(-1, 1);
        for (int i = 0; i < 30; ++i) {
            WeakPerspectiveCamera weak;
            weak.scale = 0.9 + 0.3 * uniform(random);
            weak.translation << 0.2 * uniform(random), 0.2 * uniform(random);
            const Eigen::Vector2d center(160 + 100 * uniform(random), 120 + 70 * uniform(random));
            const PinholeCamera camera = frameCamera(weak, CropWindow{center, side});
            const double reach = 60 * 2 / (side * weak.scale);  // metres that 60 pixels show
            const Eigen::Vector2d aim = (center - Eigen::Vector2d(160, 120)) / (side / 2) / weak.scale;
            const Eigen::Vector3f point =
                Eigen::Vector3d(reach * uniform(random) - aim.x() - weak.translation.x(),
                                reach * uniform(random) - aim.y() - weak.translation.y(), 0.3 * uniform(random))
                    .cast<float>();
            Scene scene = emptyScene(320, 240);
            scene.samples = 4;
            const float size = static_cast<float>(9 * 2 / (side * weak.scale));  // 9 pixels
            scene.figures = {SceneFigure{camera, {rectangle(point, size, size, {1, 1, 1})}, {}}};
            const Eigen::Vector2d drawn = centroidOfAlpha(renderer_.drawPicture(scene, pixelRatio)) / pixelRatio;
            const Eigen::Vector2d expected = projected(camera, point).row(0).transpose();
            const double error = (drawn - expected).norm();
            QVERIFY2(error < 0.15,
                     qPrintable(QString("off by %1 pixels at %2, %3").arg(error).arg(expected.x()).arg(expected.y())));
        }
    }

    void jointsLandOnTheirProjection() {
        const Person person = smallPerson();
        const PinholeCamera camera = frameCamera(person.camera, CropWindow{{130, 140}, 180});
        const Points2d expected = project(camera, person.posed.joints);
        for (int joint = 0; joint < 24; ++joint) {
            Scene scene = emptyScene(320, 240);
            scene.figures = {
                SceneFigure{camera, {}, SceneSkeleton{person.posed.joints.row(joint).cast<float>(), {-1}, -1, 0}}};
            const double error =
                (centroidOfAlpha(renderer_.drawPicture(scene)) - expected.row(joint).transpose()).norm();
            QVERIFY2(error < 0.1, qPrintable(QString("joint %1 is off by %2 pixels").arg(joint).arg(error)));
        }
    }

    void bodyFillsWhatItsVerticesSpan() {
        const Person person = smallPerson();
        const PinholeCamera camera = frameCamera(person.camera, CropWindow{{150, 118}, 210});
        const Points2d expected = project(camera, person.posed.vertices.cast<double>());
        SceneMesh mesh;
        mesh.positions = std::make_shared<Points3f>(person.posed.vertices);
        mesh.triangles = std::make_shared<Triangles>(person.model->triangles());
        Scene scene = emptyScene(320, 240);
        scene.samples = 4;
        scene.figures = {SceneFigure{camera, {mesh}, {}}};
        const Picture picture = renderer_.drawPicture(scene, 4);
        Eigen::AlignedBox2d drawn;
        for (int y = 0; y < picture.height; ++y)
            for (int x = 0; x < picture.width; ++x)
                if (picture.at(x, y)[3] >= 128) drawn.extend(Eigen::Vector2d(x + 0.5, y + 0.5) / 4);
        const Eigen::Vector2d smallest = expected.colwise().minCoeff(), largest = expected.colwise().maxCoeff();
        QVERIFY((drawn.min() - smallest).cwiseAbs().maxCoeff() < 0.6);  // pointed ends fade out before their tip
        QVERIFY((drawn.max() - largest).cwiseAbs().maxCoeff() < 0.6);
    }

    void backgroundIsLetterBoxed() {
        auto background = std::make_shared<Picture>(40, 30, 3);
        for (std::size_t i = 0; i < background->pixels.size(); ++i)
            background->pixels[i] = static_cast<std::uint8_t>(i * 37);
        Scene scene = emptyScene(40, 30);
        scene.background = background;
        scene.clearColor = {0, 1, 0, 1};
        scene.figures = {SceneFigure{unitCamera(40), {rectangle({0, 0, 1}, 0.2f, 40, {1, 0, 0})}, {}}};
        const RenderTarget target(60, 50, 0, GL_RGBA8);
        glBindFramebuffer(GL_FRAMEBUFFER, target.framebuffer());
        renderer_.draw(scene, Viewport{60, 50, 10, 4, 40, 30});
        Picture picture(60, 50, 4);
        glReadPixels(0, 0, 60, 50, GL_RGBA, GL_UNSIGNED_BYTE, picture.pixels.data());
        glBindFramebuffer(GL_FRAMEBUFFER, 0);
        for (int y = 0; y < 50; ++y)
            for (int x = 0; x < 60; ++x) {
                const Eigen::Vector4i drawn = pixelOf(picture, x, 49 - y);
                const bool isInside = x >= 10 && x < 50 && y >= 4 && y < 34;
                const bool isFigure = isInside && x >= 28 && x < 32;
                const Eigen::Vector4i expected = isFigure   ? Eigen::Vector4i(255, 0, 0, 255)
                                                 : isInside ? pixelOf(*background, x - 10, y - 4)
                                                            : Eigen::Vector4i(0, 255, 0, 255);
                QVERIFY2(drawn == expected, qPrintable(QString("pixel %1, %2").arg(x).arg(y)));
            }
    }

    void backgroundComesBackUnchanged() {
        auto background = std::make_shared<Picture>(65, 47, 3);
        for (std::size_t i = 0; i < background->pixels.size(); ++i)
            background->pixels[i] = static_cast<std::uint8_t>(i * 91 / 7);
        Scene scene = emptyScene(65, 47);
        scene.background = background;
        scene.samples = 4;
        const Picture picture = renderer_.drawPicture(scene);
        for (int y = 0; y < 47; ++y)
            for (int x = 0; x < 65; ++x) QCOMPARE(pixelOf(picture, x, y), pixelOf(*background, x, y));
    }

    void largePicturesAreTiledWithoutSeams() {
        Scene scene = emptyScene(5000, 40);
        PinholeCamera camera;
        camera.focalLength = 2500;
        camera.principalPoint << 2500, 20;
        scene.figures = {SceneFigure{camera, {rectangle({0, 0, 1}, 1.8f, 0.008f, {1, 1, 1})}, {}}};
        const Picture picture = renderer_.drawPicture(scene);
        QCOMPARE(numDrawnPixels(picture), 4500 * 20);
        for (int x = 250; x < 4750; ++x) QCOMPARE(int(picture.at(x, 20)[3]), 255);
    }
};

HMR_TEST_CLASS(TestOverlay, "test_overlay")
#include "test_overlay.moc"
