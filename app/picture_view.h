// SPDX-License-Identifier: MIT
#pragma once
#include <QImage>
#include <QOpenGLWidget>
#include <QPointF>
#include <QTimer>
#include <memory>
#include <optional>

#include "app/editing/body_drag.h"
#include "app/editing/box_editing.h"
#include "app/editing/rotation_gizmo.h"
#include "app/session.h"
#include "renderer/orbit_view.h"
#include "renderer/scene_renderer.h"
#include "renderer/scene_view.h"

namespace hmr {

/// The canvas: the picture with the bodies over it, or the bodies from the side or turned freely. Zoom with the wheel, pan
/// with the middle button or space. On the picture, boxes are drawn, moved, resized and people are chosen. In every view joints
/// and body parts are chosen, dragged and turned.
class PictureView : public QOpenGLWidget {
    Q_OBJECT
public:
    explicit PictureView(Session& session, QWidget* parent = nullptr);
    ~PictureView() override;

    void setDrawsBoxes(bool drawsBoxes);  ///< the tool: a drag always draws a new box
    bool drawsBoxes() const { return drawsBoxes_; }
    void setPosesBodies(bool posesBodies);  ///< the tool: a drag on a body moves what lies under the hand
    bool posesBodies() const { return posesBodies_; }
    /// The session's body in a pose, from the front. Empty while there is no body or no OpenGL.
    QImage portrait(const BodyParameters& parameters, const QSize& size);
    void fitPicture();
    void zoomBy(double factor);
    void showActualSize();  ///< one picture pixel a device pixel

    /// Widget coordinates of a source pixel in the overlay view, and back.
    QPointF widgetFromPicture(const Eigen::Vector2d& pixel) const;
    Eigen::Vector2d pictureFromWidget(const QPointF& point) const;
    /// Where a joint of a person's skeleton lies in the widget, in the view there is.
    std::optional<QPointF> widgetFromJoint(int person, int joint) const;
    /// A point on the ring that turns the chosen joint about an axis; nothing while there is no such ring.
    std::optional<QPointF> pointOnRing(int axis, double share) const;

Q_SIGNALS:
    void boxDrawn();
    void drawsBoxesChanged(bool drawsBoxes);
    void posesBodiesChanged(bool posesBodies);
    void zoomChanged(double percent);  ///< device pixels a picture pixel
    void editStarted();                ///< a box drag began: a playing video should halt
    void failed(const QString& message);

protected:
    void initializeGL() override;
    void paintGL() override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    class Notes;
    enum class Drag { None, Pan, Turn, DrawBox, EditBox, MoveJoint, TurnJoint, MoveTarget };
    struct Placement {  ///< where a scene's picture lies in the widget, logical pixels
        QPointF corner;
        double scale = 1;
    };

    bool isOverlay() const { return session_.view().mode == ViewMode::Overlay; }
    Eigen::Vector2d pictureSize() const;
    OrbitView& freeView() { return session_.view().mode == ViewMode::Side ? side_ : orbit_; }
    const OrbitView& freeView() const { return session_.view().mode == ViewMode::Side ? side_ : orbit_; }
    void showChange();
    void updateNotes();
    bool hasNotes() const;
    void followPicture();
    void fitIfWanted();
    const Scene& sessionScene() const;
    Scene scene() const;
    Placement overlayPlacement() const { return {corner_, scale_}; }
    Placement freePlacement(const Scene& scene) const;
    Placement scenePlacement(const Scene& scene) const;  ///< of whichever view there is, a scene pixel a step
    void paintLabels(QPainter& painter) const;
    void paintWelcome(QPainter& painter) const;
    void zoomAt(const QPointF& point, double factor);
    void releaseGl();
    void warmUp();

    struct Hit {
        int person = -1;
        BoxGrip grip;
    };
    Hit hitAt(const QPointF& point) const;

    // picture_view_editing.cpp
    struct Seen {  ///< how a person is seen
        FigureView view;
        Placement placement;
        std::optional<QPointF> at(const Eigen::Vector3d& point) const;  ///< camera axes before the camera's translation
        Eigen::Vector2d scenePixel(const QPointF& point) const;
    };
    struct Joint {
        int person = -1, joint = -1;
    };
    std::optional<Seen> seen(int person) const;
    std::optional<Joint> jointAt(const QPointF& point) const;
    std::optional<Joint> partAt(const QPointF& point);
    std::optional<int> targetAt(const QPointF& point) const;
    QPointF placeOfTarget(const PersonEstimate& person, int joint) const;
    std::optional<RotationGizmo> gizmo() const;
    bool pressOnBody(const QPointF& point);
    bool select(const std::optional<Joint>& joint);
    void dragOnBody(const QPointF& point);
    void turnJoint(const QPointF& point);
    void paintEditing(QPainter& painter) const;
    void paintGizmo(QPainter& painter) const;
    void paintTargets(QPainter& painter, const PersonEstimate& person) const;
    void paintPins(QPainter& painter, const PersonEstimate& person, const Seen& seen) const;
    void paintMeasures(QPainter& painter, const PersonEstimate& person, const Seen& seen) const;
    void finishBodyDrag();

    void pressOnPicture(const QPointF& point);
    void panBy(const QPointF& step);
    void dragBox(const QPointF& point);
    void finishBox(const QPointF& point);
    void updateCursor(const QPointF& point);

    Session& session_;
    Notes* notes_;
    std::unique_ptr<SceneRenderer> renderer_;
    QTimer warmUp_;                 ///< runs until the driver has compiled all; the screen shows no picture before
    bool paintsForScreen_ = false;  ///< not for a grab
    Eigen::Vector2d lastPictureSize_ = Eigen::Vector2d::Zero();
    QPointF corner_;       ///< of the picture in the widget
    double scale_ = 1;     ///< logical pixels a source pixel
    bool isFitted_ = true;
    OrbitView orbit_{.yaw = 0.6, .pitch = 0.2}, side_ = OrbitView::side();
    mutable std::optional<Scene> shown_;  ///< the session's scene, until it changes

    bool drawsBoxes_ = false, posesBodies_ = false, spaceIsDown_ = false;
    std::unique_ptr<BodyDrag> bodyDrag_;
    std::optional<RotationGizmo> heldGizmo_;
    int heldAxis_ = 0, heldTarget_ = 0;
    Eigen::Matrix3d worldAtPress_ = Eigen::Matrix3d::Identity();
    QPointF handToJoint_;  ///< so that a joint does not jump into the hand
    double turnedBy_ = 0;  ///< radians
    QPointF lastTurnPoint_;
    Drag drag_ = Drag::None;
    QPointF pressPoint_, lastPoint_;
    bool hasMoved_ = false;
    Hit pressHit_;
    PixelBox boxAtPress_;
    std::optional<PixelBox> newBox_;
};

}  // namespace hmr
