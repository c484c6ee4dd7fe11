// SPDX-License-Identifier: MIT
#include "body/error.h"
#include "renderer/gl_objects.h"
#include "renderer/part_palette.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"
#include "scenes.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

/// What a pixel of a surface shows: order, opacity, culling, colours, textures, light and labels.
class TestSurfaces : public QObject {
    Q_OBJECT
    WindowlessContext context_;
    SceneRenderer renderer_;
    const Eigen::Vector3f red_{1, 0, 0}, green_{0, 1, 0}, blue_{0, 0, 1};

    Eigen::Vector4i middle(const Scene& scene) {
        const Picture picture = renderer_.drawPicture(scene);
        return pixelOf(picture, picture.width / 2, picture.height / 2);
    }
    static bool isNear(const Eigen::Vector4i& a, const Eigen::Vector4i& b, int tolerance = 1) {
        return (a - b).cwiseAbs().maxCoeff() <= tolerance;
    }
    static SceneMesh turnedOver(const SceneMesh& mesh) {
        SceneMesh turned = mesh;
        turned.triangles = std::make_shared<Triangles>(mesh.triangles->rowwise().reverse());
        return turned;
    }

private Q_SLOTS:
    void cleanup() { QCOMPARE(glGetError(), GLenum(GL_NO_ERROR)); }

    void nothingIsTransparent() {
        QCOMPARE(middle(emptyScene(8, 8)), Eigen::Vector4i(0, 0, 0, 0));
        Scene filled = emptyScene(8, 8);
        filled.clearColor = {1, 0.2f, 0, 1};
        filled.fillsWithClearColor = true;
        QCOMPARE(middle(filled), Eigen::Vector4i(255, 51, 0, 255));
    }

    void smoothEdgesKeepTheirColor() {
        SceneMesh slanted = rectangle({0, 0, 1}, 1, 1, {0.8f, 0.4f, 0.2f});
        auto corners = std::make_shared<Points3f>(*slanted.positions);
        corners->col(0) += 0.37f * corners->col(1);
        slanted.positions = corners;
        Scene scene = sceneOf(32, {slanted});
        scene.samples = 4;
        const Picture picture = renderer_.drawPicture(scene);
        int numPartial = 0;
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x) {
                const Eigen::Vector4i pixel = pixelOf(picture, x, y);
                if (pixel[3] == 0) continue;
                numPartial += pixel[3] < 255;
                QVERIFY((pixel.head<3>() - Eigen::Vector3i(204, 102, 51)).cwiseAbs().maxCoeff() <= 3);
            }
        QVERIFY(numPartial > 5);
    }

    void nearerMeshHidesFarther() {
        const SceneMesh nearer = rectangle({0, 0, 1}, 1, 1, red_), farther = rectangle({0, 0, 2}, 9, 9, green_);
        QCOMPARE(middle(sceneOf(16, {nearer, farther})), Eigen::Vector4i(255, 0, 0, 255));
        QCOMPARE(middle(sceneOf(16, {farther, nearer})), Eigen::Vector4i(255, 0, 0, 255));
    }

    void figuresAreDrawnFarToNearWhateverTheirLenses() {
        // The second figure has twice the depth but four times the focal length: it looks nearer, so it covers the
        // first.
        SceneFigure first{unitCamera(16), {rectangle({0, 0, 0}, 1, 1, red_)}, {}};
        first.camera.translation.z() = 5;
        SceneFigure second{unitCamera(16), {rectangle({0, 0, 0}, 1, 1, green_)}, {}};
        second.camera.focalLength *= 4;
        second.camera.translation.z() = 10;
        Scene scene = emptyScene(16, 16);
        scene.figures = {first, second};
        QCOMPARE(middle(scene), Eigen::Vector4i(0, 255, 0, 255));
        scene.figures = {second, first};
        QCOMPARE(middle(scene), Eigen::Vector4i(0, 255, 0, 255));
    }

    void opacityBlendsTheFigureAsOneLayer() {
        SceneMesh front = rectangle({0, 0, 1}, 1, 1, red_), inside = rectangle({0, 0, 1.2f}, 9, 9, green_);
        front.opacity = inside.opacity = 0.6f;
        Scene scene = sceneOf(16, {inside, front});
        scene.background = plainPicture(16, 16, 0, 0, 200);
        QVERIFY(
            isNear(middle(scene), {153, 0, 80, 255}));  // 0.6 red over 0.4 of the background; no green shines through
        scene.background = nullptr;
        QVERIFY(isNear(middle(scene), {255, 0, 0, 153}));
    }

    void translucentFiguresShowFiguresBehind() {
        SceneMesh front = rectangle({0, 0, 1}, 1, 1, red_);
        front.opacity = 0.5f;
        Scene scene = sceneOf(16, {front});
        scene.figures.push_back(SceneFigure{unitCamera(16), {rectangle({0, 0, 2}, 9, 9, green_)}, {}});
        QVERIFY(isNear(middle(scene), {128, 128, 0, 255}));
    }

    void backfacesAreCulledOrShown() {
        SceneMesh turned = turnedOver(rectangle({0, 0, 1}, 1, 1, red_));
        QCOMPARE(middle(sceneOf(16, {turned}))[3], 0);
        turned.cullBackfaces = false;
        QCOMPARE(middle(sceneOf(16, {turned})), Eigen::Vector4i(255, 0, 0, 255));
    }

    void bothSidesAreLitAlike() {
        SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, {0.5f, 0.5f, 0.5f});
        mesh.style = SurfaceStyle::Lit;
        const Eigen::Vector4i front = middle(sceneOf(16, {mesh}));
        mesh = turnedOver(mesh);
        mesh.cullBackfaces = false;
        QVERIFY(isNear(middle(sceneOf(16, {mesh})), front));
        QVERIFY(front[0] > 60);
    }

    void lightAddsUp() {
        SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, {1, 1, 1});
        mesh.style = SurfaceStyle::Lit;
        mesh.specular = 0;
        Scene scene = sceneOf(16, {mesh});
        const auto lit = [&](const Eigen::Vector3f& ambient, std::vector<DirectionalLight> lights) {
            scene.ambient = ambient;
            scene.lights = std::move(lights);
            return middle(scene);
        };
        const DirectionalLight redLight{{0, 0, 1}, {0.5f, 0, 0}}, greenLight{{0, 0, 2}, {0, 0.25f, 0}};
        const DirectionalLight fromBehind{{0, 0, -1}, {1, 1, 1}};
        QVERIFY(isNear(lit({0, 0, 0}, {}), {0, 0, 0, 255}));
        QVERIFY(isNear(lit({0.2f, 0.2f, 0.2f}, {}), {51, 51, 51, 255}));  // facing the camera: neither sky nor ground
        QVERIFY(isNear(lit({0, 0, 0}, {redLight}), {128, 0, 0, 255}));
        QVERIFY(isNear(lit({0.2f, 0.2f, 0.2f}, {redLight, greenLight, fromBehind}), {179, 115, 51, 255}));
    }

    void vertexColorsAreInterpolated() {
        SceneMesh mesh = rectangle({0, 0, 1}, 2, 2, red_);
        Points3f colors(4, 3);
        colors << 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0;  // red grows to the right, green downwards
        mesh.colors = std::make_shared<Points3f>(colors);
        const Picture picture = renderer_.drawPicture(sceneOf(64, {mesh}));
        QVERIFY(isNear(pixelOf(picture, 16, 48), {66, 193, 0, 255}, 2));
        QVERIFY(isNear(pixelOf(picture, 60, 3), {241, 14, 0, 255}, 2));
    }

    void texturesAreUprightAndCutOut() {
        auto texture = std::make_shared<Picture>(2, 2, 4);
        texture->pixels = {255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 9, 9, 9, 0};  // red green / blue nothing
        SceneMesh mesh = rectangle({0, 0, 1}, 2, 2, {0.1f, 0.1f, 0.1f});
        TextureCoordinates coordinates(4, 2);
        coordinates << 0, 1, 1, 1, 1, 0, 0, 0;
        mesh.textureCoordinates = std::make_shared<TextureCoordinates>(coordinates);
        mesh.texture = texture;
        const Scene scene = sceneOf(64, {rectangle({0, 0, 2}, 9, 9, {1, 1, 1}), mesh});
        const Picture picture = renderer_.drawPicture(scene);
        QVERIFY(isNear(pixelOf(picture, 16, 16), {255, 0, 0, 255}, 10));  // next to a texel's middle
        QVERIFY(isNear(pixelOf(picture, 47, 16), {0, 255, 0, 255}, 10));
        QVERIFY(isNear(pixelOf(picture, 16, 47), {0, 0, 255, 255}, 10));
        QCOMPARE(pixelOf(picture, 50, 50), Eigen::Vector4i(255, 255, 255, 255));  // cut out: the wall behind
    }

    void normalsAreShownAsColors() {
        SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, red_);
        mesh.style = SurfaceStyle::Normals;
        QVERIFY(
            isNear(middle(sceneOf(16, {mesh})), {128, 128, 255, 255}));  // toward the camera, as normal maps have it
    }

    void partsAreShownInTheirColors() {
        SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, red_);
        mesh.style = SurfaceStyle::PartColors;
        mesh.partLabels = std::make_shared<std::vector<std::uint8_t>>(4, 6);
        mesh.partLabelOffset = 1;
        const Eigen::Vector3f color = 255 * partColor(7);
        QVERIFY(isNear(middle(sceneOf(16, {mesh})), {int(color.x()), int(color.y()), int(color.z()), 255}, 2));
        for (int a = 1; a <= 24; ++a)
            for (int b = 0; b < a; ++b) QVERIFY((partColor(a) - partColor(b)).norm() > 0.08f);
    }

    void partLabelsAreExact() {
        const auto labelled = [&](const Eigen::Vector3f& center, float size, int label) {
            SceneMesh mesh = rectangle(center, size, size, red_);
            if (label >= 0) mesh.partLabels = std::make_shared<std::vector<std::uint8_t>>(4, label);
            mesh.opacity = 0.3f;  // labels know no opacity
            return mesh;
        };
        // 200 in the middle, 3 around it, an unlabelled thing that hides the left half of all.
        const Scene scene = sceneOf(40, {labelled({0, 0, 1.5f}, 1.5f * 1.6f, 3),
                                         labelled({0, 0, 1.2f}, 1.2f * 0.8f, 200), labelled({-1, 0, 1}, 2, -1)});
        const Picture labels = renderer_.drawPartLabels(scene);
        QCOMPARE(labels.channels, 1);
        for (int y = 0; y < 40; ++y)
            for (int x = 0; x < 40; ++x) {
                const double distance = std::max(std::abs(x + 0.5 - 20), std::abs(y + 0.5 - 20));
                const int expected = x < 20 ? 0 : distance < 8 ? 200 : distance < 16 ? 3 : 0;
                QCOMPARE(int(*labels.at(x, y)), expected);
            }
    }

    void bodyLabelsAreThoseOfTheFile() {
        const Person person = smallPerson();
        const PinholeCamera camera = frameCamera(person.camera, CropWindow{{64, 64}, 128});
        Scene scene = emptyScene(128, 128);
        scene.figures = {sceneFigure(person.model, person.posed, camera, {.parts = PartSet::Parts6})};
        const Picture labels = renderer_.drawPartLabels(scene);
        const Points2d joints = project(camera, person.posed.joints);
        const auto labelAt = [&](int joint) {
            return int(*labels.at(static_cast<int>(joints(joint, 0)), static_cast<int>(joints(joint, 1))));
        };
        QCOMPARE(labelAt(15), 1);  // head
        QCOMPARE(labelAt(3), 2);   // torso
        QCOMPARE(labelAt(20), 4);  // left wrist
        QCOMPARE(labelAt(7), 6);   // left ankle
        QCOMPARE(int(*labels.at(1, 1)), 0);
        scene.figures = {sceneFigure(person.model, person.posed, camera, {})};
        QCOMPARE(int(*renderer_.drawPartLabels(scene).at(64, 1)), 0);
        QCOMPARE(scene.figures[0].meshes[0].partLabelOffset, 1);  // the 24 parts count from 0
    }

    void newPositionsAreSeenEvenAtAnOldAddress() {
        for (int i = 0; i < 50; ++i) {
            const float x = 0.02f * static_cast<float>(i) - 0.5f;
            const Eigen::Vector2d drawn =
                centroidOfAlpha(renderer_.drawPicture(sceneOf(64, {rectangle({x, 0, 1}, 0.5f, 0.5f, red_)})));
            QVERIFY(std::abs(drawn.x() - (32 + 32 * x)) < 0.6);
        }
        // Without an owner nothing is remembered.
        SceneMesh mesh = rectangle({0, 0, 1}, 0.5f, 0.5f, red_);
        Points3f positions = *mesh.positions;
        mesh.positions = std::shared_ptr<const Points3f>(std::shared_ptr<void>(), &positions);
        QVERIFY(std::abs(centroidOfAlpha(renderer_.drawPicture(sceneOf(64, {mesh}))).x() - 32) < 0.6);
        positions.col(0).array() += 0.5f;
        QVERIFY(std::abs(centroidOfAlpha(renderer_.drawPicture(sceneOf(64, {mesh}))).x() - 48) < 0.6);
    }

    void graphicsMemoryIsFreedWithItsOwner() {
        for (int i = 0; i < 300; ++i) {
            SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, red_);
            mesh.style = SurfaceStyle::Lit;
            mesh.texture = plainPicture(4, 4, 9, 9, 9);
            mesh.textureCoordinates = std::make_shared<TextureCoordinates>(TextureCoordinates::Zero(4, 2));
            Scene scene = sceneOf(16, {mesh});
            scene.background = plainPicture(16, 16, 0, 0, 0);
            renderer_.drawPicture(scene);
        }
        const auto numAlive = [](GLuint newest, auto isAlive) {
            int count = 0;
            for (GLuint name = 1; name <= newest; ++name) count += isAlive(name) == GL_TRUE;
            return count;
        };
        QVERIFY(numAlive(makeBuffer().name(), [](GLuint name) { return glIsBuffer(name); }) < 60);
        QVERIFY(numAlive(makeTexture().name(), [](GLuint name) { return glIsTexture(name); }) < 20);
    }

    void wireframeDarkensEdges() {
        SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, {1, 1, 1});
        mesh.wireframe = true;
        const Picture picture = renderer_.drawPicture(sceneOf(32, {mesh}));
        int numDark = 0, numWhite = 0;
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x) {
                const Eigen::Vector4i pixel = pixelOf(picture, x, y);
                numDark += pixel[3] > 0 && pixel[0] < 200;
                numWhite += pixel[3] > 0 && pixel[0] == 255;
            }
        QVERIFY(numDark >= 16 + 2 * 15);  // the diagonal and most of the frame
        QVERIFY(numWhite > 120);
    }

    void badArraysAreRefused() {
        QVERIFY_EXCEPTION_THROWN(renderer_.drawPicture(emptyScene(0, 20)), Error);
        SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, red_);
        mesh.colors = std::make_shared<Points3f>(Points3f::Ones(3, 3));
        QVERIFY_EXCEPTION_THROWN(renderer_.drawPicture(sceneOf(16, {mesh})), Error);
        mesh = rectangle({0, 0, 1}, 1, 1, red_);
        mesh.triangles = std::make_shared<Triangles>(Triangles::Constant(1, 3, 4));
        QVERIFY_EXCEPTION_THROWN(renderer_.drawPicture(sceneOf(16, {mesh})), Error);
        Scene scene = emptyScene(16, 16);
        scene.background = plainPicture(70000, 1, 0, 0, 0);
        QVERIFY_EXCEPTION_THROWN(renderer_.drawPicture(scene), Error);
        QCOMPARE(middle(sceneOf(16, {rectangle({0, 0, 1}, 1, 1, red_)})), Eigen::Vector4i(255, 0, 0, 255));
    }

    void emptyMeshesAreNothing() {
        QCOMPARE(middle(sceneOf(16, {SceneMesh{}}))[3], 0);
        SceneMesh mesh = rectangle({0, 0, 1}, 1, 1, red_);
        mesh.opacity = 0;
        QCOMPARE(middle(sceneOf(16, {mesh}))[3], 0);
    }
};

HMR_TEST_CLASS(TestSurfaces, "test_surfaces")
#include "test_surfaces.moc"
