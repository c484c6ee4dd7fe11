// SPDX-License-Identifier: MIT
#include "renderer/orbit_view.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"
#include "scenes.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

/// Side and orbit views.
class TestFreeView : public QObject {
    Q_OBJECT
    WindowlessContext context_;
    SceneRenderer renderer_;

    static Scene personScene() {
        const Person person = smallPerson();
        Scene scene = emptyScene(120, 120);
        scene.figures = {
            sceneFigure(person.model, person.posed, frameCamera(person.camera, CropWindow{{60, 60}, 120}))};
        return scene;
    }
    Picture drawn(Scene scene, const OrbitView& view) {
        scene.viewFromCamera = view.viewFromCamera(scene);
        return renderer_.drawPicture(scene);
    }

private Q_SLOTS:
    void untouchedViewOfOnePersonIsTheOverlay() {
        const Scene scene = personScene();
        const Picture overlay = renderer_.drawPicture(scene), view = drawn(scene, OrbitView{});
        QVERIFY(numDrawnPixels(overlay) > 500);
        int numDifferent = 0;
        for (std::size_t i = 0; i < overlay.pixels.size(); ++i)
            numDifferent += std::abs(int(overlay.pixels[i]) - int(view.pixels[i])) > 4;
        QVERIFY(numDifferent < 40);  // depths are rounded differently, so an edge pixel may differ
    }

    void fromBehindIsTheMirroredSilhouette() {
        const Scene scene = personScene();
        const Picture front = drawn(scene, OrbitView{}), back = drawn(scene, OrbitView{.yaw = kPi});
        const double shift = centroidOfAlpha(front).x() + centroidOfAlpha(back).x();
        int numDifferent = 0;
        for (int y = 0; y < 120; ++y)
            for (int x = 0; x < 120; ++x) {
                const int mirrored = static_cast<int>(std::floor(shift - (x + 0.5)));
                const bool isInBack = mirrored >= 0 && mirrored < 120 && back.at(mirrored, y)[3] > 0;
                numDifferent += (front.at(x, y)[3] > 0) != isInBack;
            }
        QVERIFY2(numDifferent < numDrawnPixels(front) / 6, qPrintable(QString::number(numDifferent)));
    }

    void sideViewShowsTheLeft() {
        // A red thing at the person's left hand, a blue one at the right; the person faces the camera, so left is at
        // +x.
        SceneMesh left = rectangle({0.5f, 0, 0}, 0.2f, 0.2f, {1, 0, 0}),
                  right = rectangle({-0.5f, 0, 0}, 0.2f, 0.2f, {0, 0, 1});
        for (SceneMesh* mesh : {&left, &right}) {
            auto turned = std::make_shared<Points3f>(*mesh->positions);
            const float x = turned->col(0).mean();
            turned->col(2) = turned->col(0).array() - x;
            turned->col(0).setConstant(x);
            mesh->positions = turned;
            mesh->cullBackfaces = false;
        }
        Scene scene = sceneOf(64, {left, right});
        scene.figures[0].camera.translation.z() = 3;
        const Picture picture = drawn(scene, OrbitView::side());
        QCOMPARE(pixelOf(picture, 32, 32), Eigen::Vector4i(255, 0, 0, 255));
    }

    // Turned about the middle between them, neither would be in the picture.
    void somebodyFarAwayDoesNotTakeTheOthersOutOfView() {
        Scene scene = personScene();
        const int alone = numDrawnPixels(drawn(scene, OrbitView::side()));
        SceneFigure far = scene.figures[0];
        far.camera.translation *= 30;
        scene.figures.push_back(far);
        QVERIFY(alone > 200);
        const int both = numDrawnPixels(drawn(scene, OrbitView::side()));
        QVERIFY2(std::abs(both - alone) < alone / 4, qPrintable(QString("%1 %2").arg(alone).arg(both)));
    }

    void dragMovesTheNearSideWithTheHand() {
        SceneMesh nearSide = rectangle({0, 0, -0.5f}, 0.1f, 0.1f, {1, 0, 0});
        SceneMesh farSide = rectangle({0, 0, 0.5f}, 0.1f, 0.1f, {0, 0, 1});
        farSide.opacity = 0;  // only balances the centre
        Scene scene = sceneOf(200, {nearSide, farSide});
        scene.figures[0].camera.translation.z() = 3;
        const Eigen::Vector2d before = centroidOfAlpha(drawn(scene, OrbitView{}));
        OrbitView view;
        view.drag({25, 40});
        const Eigen::Vector2d moved = centroidOfAlpha(drawn(scene, view)) - before;
        QVERIFY(moved.x() > 3 && moved.y() > 3);
        view.drag({0, 10000});
        QVERIFY(view.pitch < kPi / 2);
    }

    void shiftFollowsTheHandAndZoomMagnifies() {
        Scene scene = sceneOf(200, {rectangle({0, 0, 0}, 1, 1, {1, 0, 0})});
        scene.figures[0].camera.translation.z() = 3;
        OrbitView view;
        view.shift(scene, {30, -12});
        const Eigen::Vector2d moved = centroidOfAlpha(drawn(scene, view)) - centroidOfAlpha(drawn(scene, OrbitView{}));
        QVERIFY((moved - Eigen::Vector2d(30, -12)).norm() < 0.6);
        OrbitView near;
        near.zoom(5);
        const double growth = double(numDrawnPixels(drawn(scene, near))) / numDrawnPixels(drawn(scene, OrbitView{}));
        QVERIFY(std::abs(growth - std::pow(1.15, 10)) < 0.5);
    }

    void peopleOfDifferentCropsShareOneView() {
        const Person person = smallPerson();
        Scene scene = emptyScene(320, 240);
        scene.figures = {sceneFigure(person.model, person.posed,
                                     frameCamera(person.camera, CropWindow{{100, 120}, 160}), {.color = {1, 0, 0}}),
                         sceneFigure(person.model, person.posed,
                                     frameCamera(person.camera, CropWindow{{230, 120}, 120}), {.color = {0, 0, 1}})};
        for (SceneFigure& figure : scene.figures) figure.meshes[0].style = SurfaceStyle::Flat;
        // Unturned, each stays about where its own camera shows it.
        Scene one = scene;
        one.figures.resize(1);
        const Eigen::Vector2d expected = centroidOfAlpha(renderer_.drawPicture(one));
        scene.figures[1].meshes[0].opacity = 0;
        const Eigen::Vector2d seen = centroidOfAlpha(drawn(scene, OrbitView{}));
        QVERIFY2((seen - expected).norm() < 6, qPrintable(QString("%1 %2").arg(seen.x()).arg(seen.y())));
        // From the side the smaller person, who is farther away, is apart from the larger one.
        scene.figures[1].meshes[0].opacity = 1;
        const Picture side = drawn(scene, OrbitView{.yaw = kPi / 2, .distance = 2});
        int numRed = 0, numBlue = 0;
        for (int y = 0; y < side.height; ++y)
            for (int x = 0; x < side.width; ++x) {
                numRed += side.at(x, y)[0] > 128;
                numBlue += side.at(x, y)[2] > 128;
            }
        QVERIFY(numRed > 100 && numBlue > 100);
    }

    void figuresOfAFreeViewHideEachOtherPointByPoint() {
        // Two figures whose surfaces interleave: left half the first is nearer, right half the second.
        const auto pair = [](float leftDepth, float rightDepth, const Eigen::Vector3f& color) {
            return SceneFigure{unitCamera(64),
                               {rectangle({-0.5f * leftDepth, 0, leftDepth}, leftDepth, 1, color),
                                rectangle({0.5f * rightDepth, 0, rightDepth}, rightDepth, 1, color)},
                               {}};
        };
        Scene scene = emptyScene(64, 64);
        scene.figures = {pair(2, 3, {1, 0, 0}), pair(2.5f, 2.4f, {0, 0, 1})};
        scene.viewFromCamera = Eigen::Isometry3d::Identity();
        const Picture picture = renderer_.drawPicture(scene);
        QCOMPARE(pixelOf(picture, 25, 32), Eigen::Vector4i(255, 0, 0, 255));
        QCOMPARE(pixelOf(picture, 40, 32), Eigen::Vector4i(0, 0, 255, 255));
    }

    void floorLiesUnderTheFeet() {
        Scene scene = personScene();
        scene.figures[0].meshes[0].opacity = 0;
        scene.drawFloorGrid = true;
        QCOMPARE(numDrawnPixels(renderer_.drawPicture(scene)), 0);  // the overlay has no floor
        const Picture picture = drawn(scene, OrbitView{.pitch = 0.3});
        QVERIFY(numDrawnPixels(picture) > 300);
        QVERIFY(centroidOfAlpha(picture).y() > 70);
    }
};

HMR_TEST_CLASS(TestFreeView, "test_free_view")
#include "test_free_view.moc"
