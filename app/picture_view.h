// SPDX-License-Identifier: MIT
#pragma once
#include <QOpenGLWidget>
#include <QPointF>
#include <memory>
#include <optional>

#include "app/box_editing.h"
#include "app/session.h"
#include "renderer/orbit_view.h"
#include "renderer/scene_renderer.h"

namespace hmr {

/// The canvas: the picture with the bodies over it, or the bodies from the side or turned freely. Zoom with the wheel, pan
/// with the middle button or space. On the picture, boxes are drawn, moved, resized and people are chosen.
class PictureView : public QOpenGLWidget {
    Q_OBJECT
public:
    explicit PictureView(Session& session, QWidget* parent = nullptr);
    ~PictureView() override;

    void setDrawsBoxes(bool drawsBoxes);  ///< the tool: a drag always draws a new box
    bool drawsBoxes() const { return drawsBoxes_; }
    void fitPicture();
    void zoomBy(double factor);
    void showActualSize();  ///< one picture pixel a device pixel

    /// Widget coordinates of a source pixel in the overlay view, and back.
    QPointF widgetFromPicture(const Eigen::Vector2d& pixel) const;
    Eigen::Vector2d pictureFromWidget(const QPointF& point) const;

Q_SIGNALS:
    void boxDrawn();
    void drawsBoxesChanged(bool drawsBoxes);
    void zoomChanged(double percent);  ///< device pixels a picture pixel
    void editStarted();                ///< a box drag began: a playing video should halt
    void failed(const QString& message);

protected:
    void initializeGL() override;
    void paintGL() override;
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
    enum class Drag { None, Pan, Turn, DrawBox, EditBox };
    struct Placement {  ///< where a scene's picture lies in the widget, logical pixels
        QPointF corner;
        double scale = 1;
    };

    bool isOverlay() const { return session_.view().mode == ViewMode::Overlay; }
    Eigen::Vector2d pictureSize() const;
    OrbitView& freeView() { return session_.view().mode == ViewMode::Side ? side_ : orbit_; }
    const OrbitView& freeView() const { return session_.view().mode == ViewMode::Side ? side_ : orbit_; }
    void showChange();
    void followPicture();
    void fitIfWanted();
    const Scene& sessionScene() const;
    Scene scene() const;
    Placement overlayPlacement() const { return {corner_, scale_}; }
    Placement freePlacement(const Scene& scene) const;
    void paintLabels(QPainter& painter) const;
    void paintWelcome(QPainter& painter) const;
    void zoomAt(const QPointF& point, double factor);
    void releaseGl();

    struct Hit {
        int person = -1;
        BoxGrip grip;
    };
    Hit hitAt(const QPointF& point) const;
    bool selectJointAt(const QPointF& point);
    void pressOnPicture(const QPointF& point);
    void panBy(const QPointF& step);
    void dragBox(const QPointF& point);
    void finishBox(const QPointF& point);
    void updateCursor(const QPointF& point);

    Session& session_;
    Notes* notes_;
    std::unique_ptr<SceneRenderer> renderer_;
    Eigen::Vector2d lastPictureSize_ = Eigen::Vector2d::Zero();
    QPointF corner_;       ///< of the picture in the widget
    double scale_ = 1;     ///< logical pixels a source pixel
    bool isFitted_ = true;
    OrbitView orbit_{.yaw = 0.6, .pitch = 0.2}, side_ = OrbitView::side();
    mutable std::optional<Scene> shown_;  ///< the session's scene, until it changes

    bool drawsBoxes_ = false, spaceIsDown_ = false;
    Drag drag_ = Drag::None;
    QPointF pressPoint_, lastPoint_;
    bool hasMoved_ = false;
    Hit pressHit_;
    PixelBox boxAtPress_;
    std::optional<PixelBox> newBox_;
};

}  // namespace hmr
