// SPDX-License-Identifier: MIT
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"
#include "scenes.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

class TestPicking : public QObject {
    Q_OBJECT
    WindowlessContext context_;
    SceneRenderer renderer_;

    static SceneMesh pickable(SceneMesh mesh, std::uint32_t id) {
        mesh.pickId = id;
        return mesh;
    }

private Q_SLOTS:
    void surfaceAnswersItsNearestVertexAndDepth() {
        const Scene scene = sceneOf(100, {pickable(rectangle({0, 0, 2}, 2, 2, {1, 1, 1}), 5)});  // pixels 25 to 75
        const auto hit = renderer_.pick(scene, {70, 30});
        QVERIFY(hit);
        QCOMPARE(hit->pickId, 5u);
        QCOMPARE(hit->vertex, 1);
        QCOMPARE(hit->joint, -1);
        QVERIFY(std::abs(hit->depth - 2) < 1e-5);
        QCOMPARE(renderer_.pick(scene, {30, 72})->vertex, 3);
        QVERIFY(renderer_.pick(scene, {25.01, 50}));
        QVERIFY(!renderer_.pick(scene, {24.99, 50}));
        QVERIFY(!renderer_.pick(scene, {-5, 500}));
    }

    void nearestFigureWins() {
        Scene scene = sceneOf(100, {pickable(rectangle({0, 0, 2}, 2, 2, {1, 1, 1}), 1)});
        scene.figures.push_back(SceneFigure{unitCamera(100), {pickable(rectangle({0, 0, 4}, 8, 8, {1, 1, 1}), 2)}, {}});
        QCOMPARE(renderer_.pick(scene, {50, 50})->pickId, 1u);
        QCOMPARE(renderer_.pick(scene, {10, 50})->pickId, 2u);
        scene.figures[0].meshes[0].pickId = 0;  // cannot be picked: the hand reaches through
        QCOMPARE(renderer_.pick(scene, {50, 50})->pickId, 2u);
    }

    void jointWithinReachComesBeforeTheSurface() {
        Scene scene = sceneOf(100, {pickable(rectangle({0, 0, 2}, 4, 4, {1, 1, 1}), 1)});
        Points3f joints(2, 3);
        joints << 0, 0, 3, 0.3f, 0, 3;  // pixels (50, 50) and (55, 50)
        scene.figures[0].skeleton = SceneSkeleton{joints, {-1, 0}, -1, 9};
        auto hit = renderer_.pick(scene, {53, 52});
        QCOMPARE(hit->pickId, 9u);
        QCOMPARE(hit->joint, 1);
        QCOMPARE(hit->vertex, -1);
        QVERIFY(std::abs(hit->depth - 3) < 1e-6);
        QCOMPARE(renderer_.pick(scene, {49, 50})->joint, 0);
        hit = renderer_.pick(scene, {70, 50});
        QCOMPARE(hit->pickId, 1u);
        QCOMPARE(renderer_.pick(scene, {70, 50}, 16)->joint, 1);
    }

    void hitsExactlyWhatIsDrawn() {
        const Person person = smallPerson();
        Scene scene = emptyScene(96, 96);
        scene.figures = {sceneFigure(person.model, person.posed, frameCamera(person.camera, CropWindow{{48, 48}, 96}),
                                     {.pickId = 3})};
        for (const bool isFreeView : {false, true}) {
            if (isFreeView) scene.viewFromCamera = Eigen::Isometry3d(Eigen::AngleAxisd(1.1, Eigen::Vector3d::UnitY()));
            const Picture labels = renderer_.drawPartLabels(scene);
            int numHits = 0;
            for (int y = 0; y < 96; y += 3)
                for (int x = 0; x < 96; x += 2) {
                    const auto hit = renderer_.pick(scene, {x + 0.5, y + 0.5}, 0);
                    QCOMPARE(hit.has_value(), *labels.at(x, y) != 0);
                    if (!hit) continue;
                    ++numHits;
                    // A tube's vertices all carry its label, so the nearest vertex tells the same part.
                    QCOMPARE(person.model->data().partLabels24[hit->vertex] + 1, int(*labels.at(x, y)));
                }
            QVERIFY(numHits > 50);
        }
    }
};

HMR_TEST_CLASS(TestPicking, "test_picking")
#include "test_picking.moc"
